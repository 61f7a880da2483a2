import { lookup } from '../platform/write/lookup.js';
import { LongText } from '../platform/entity/text.js';
import { SystemSetting } from './system.entity.js';

export const systemLookups = lookup({
  entity: SystemSetting,
  plural: 'systemSettings',
  noun: "an entry of ProcessTracker's system table",
  defaults: ['version'],
  fields: [{ property: 'value', type: () => LongText, doc: 'Value of the fact.', required: true }],
});
