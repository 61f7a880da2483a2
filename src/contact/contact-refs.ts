import { namedRefInput } from '../platform/read/ref-input.js';
import { namedRefs } from '../platform/read/references.js';
import { Contact } from './contact.entity.js';

export const ContactRef = namedRefInput({ entity: Contact });
export const contactRefs = namedRefs({ entity: Contact });
