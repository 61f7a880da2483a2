import { namedRefInput } from '../platform/read/ref-input.js';
import { namedRefs } from '../platform/read/references.js';
import { Actor } from './actor.entity.js';
import { Tool } from './tool.entity.js';

export const ActorRef = namedRefInput({ entity: Actor });
export const actorRefs = namedRefs({ entity: Actor });

export const ToolRef = namedRefInput({ entity: Tool });
