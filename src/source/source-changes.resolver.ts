import { Int } from 'type-graphql';
import { removable } from '../platform/write/removal.js';
import { Decimal } from '../platform/entity/scalars.js';
import { recordMutations } from '../platform/write/record.js';
import { linksField, type RecordField } from '../platform/write/record-changes.js';
import { CharacterSet } from './character-set.entity.js';
import { DataType } from './data-type.entity.js';
import { attributeKind, objectKind, sourceKind } from './source-kinds.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceType } from './source-type.entity.js';

const characterSet: RecordField = {
  name: 'characterSet',
  doc: 'Character set of its text, such as UTF-8; created if missing.',
  property: 'characterSetId',
  lookup: CharacterSet,
};

/** What goes with an attribute. Reads, writes, filters and mappings are uses of it. */
const belowAttribute = ['SourceObjectAttributeContact', 'SourceObjectAttributeAlias'];

const flag = (name: string, doc: string): RecordField => ({ name, doc, type: () => Boolean, required: true });

/** What the API has to make, change and delete sources, objects and attributes. */
export const sourceChanges = [
  ...recordMutations({
    kind: sourceKind,
    noun: 'a source',
    unique: 'among sources',
    fields: [
      {
        name: 'type',
        doc: 'Kind of source, such as Database; created if missing. Default for a new source: Undefined.',
        property: 'typeId',
        lookup: SourceType,
        required: true,
      },
      characterSet,
      { name: 'description', doc: 'Purpose of the system.' },
      linksField,
    ],
  }),
  ...recordMutations({
    kind: objectKind,
    noun: 'an object of a source',
    unique: 'within the source',
    fields: [characterSet, { name: 'description', doc: 'Meaning of one row or item.' }, linksField],
  }),
  ...recordMutations({
    kind: attributeKind,
    noun: 'an attribute of an object',
    unique: 'within the object',
    fields: [
      { name: 'path', doc: 'Path in a nested object, such as `order.lines.price`.' },
      {
        name: 'dataType',
        doc: 'Data type in the words of the system; created if missing. It stays, whatever processes declare.',
        property: 'dataTypeId',
        lookup: DataType,
      },
      { name: 'length', doc: 'Largest length of a value, in characters of a text or digits of a number.', type: () => Int, min: 0 },
      { name: 'decimals', doc: 'Number of digits after the decimal point; negative if a number is rounded before it.', type: () => Int },
      { name: 'ordinal', doc: 'Position in the object, from 1.', type: () => Int, min: 1 },
      { name: 'reportedType', doc: 'Data type in the words of the system that reported it.' },
      { name: 'description', doc: 'Meaning of a value.' },
      flag('isKey', 'Whether it is part of the key of a row.'),
      flag('isFilter', 'Whether readers are expected to select rows by it.'),
      flag('isPartition', 'Whether the object is partitioned by it.'),
      flag('isPii', 'Whether its values are personal data (PII).'),
      { name: 'defaultText', doc: 'Default value of a text attribute.' },
      { name: 'defaultNumber', doc: 'Default value of a numeric attribute.', type: () => Decimal },
    ],
  }),
  removable(
    {
      kind: sourceKind,
      cascades: ['SourceContact', 'SourceDatasetType', 'SourceLocation', 'SourceAlias', 'SourceObjectAlias'],
    },
    'a source',
    'Its aliases and its links to contacts, dataset types and locations are deleted with it. Its objects, files, and processes that read or write it prevent the deletion.',
  ),
  removable(
    {
      kind: objectKind,
      cascades: [
        'SourceObjectContact',
        'SourceObjectDatasetType',
        'SourceObjectLocation',
        'SourceObjectAlias',
        'SourceObjectAttributeAlias',
      ],
      parts: { entity: SourceObjectAttribute, property: 'objectId', cascades: belowAttribute },
    },
    'an object',
    'Its attributes, its aliases and its links to contacts, dataset types and locations are deleted with it. Files, and processes that use it or one of its attributes, prevent the deletion.',
  ),
  removable(
    { kind: attributeKind, cascades: belowAttribute },
    'an attribute',
    'Its aliases and its links to contacts are deleted with it. Processes that read, write, filter or map it prevent the deletion.',
  ),
];
