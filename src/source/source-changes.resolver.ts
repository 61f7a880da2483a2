import { Int } from 'type-graphql';
import { removable } from '../platform/write/removal.js';
import { Decimal } from '../platform/entity/scalars.js';
import { thing } from '../platform/write/record.js';
import type { ThingField } from '../platform/write/record-changes.js';
import { CharacterSet } from './character-set.entity.js';
import { DataType } from './data-type.entity.js';
import { attributeKind, objectKind, sourceKind } from './source-kinds.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceType } from './source-type.entity.js';

const characterSet: ThingField = {
  name: 'characterSet',
  doc: 'Name of the character set of its text, such as UTF-8; made where it is new.',
  property: 'characterSetId',
  lookup: CharacterSet,
};

/** What goes with an attribute. Reads, writes, filters and mappings are uses of it. */
const belowAttribute = ['SourceObjectAttributeContact', 'SourceObjectAttributeAlias'];

const flag = (name: string, doc: string): ThingField => ({ name, doc, type: () => Boolean, required: true });

/** What the API has to make, change and delete sources, objects and attributes. */
export const sourceChanges = [
  ...thing({
    kind: sourceKind,
    noun: 'a source',
    unique: 'among sources',
    fields: [
      {
        name: 'type',
        doc: 'Kind of source, such as Database; made where it is new. A new source that does not say is Undefined.',
        property: 'typeId',
        lookup: SourceType,
        required: true,
      },
      characterSet,
      { name: 'description', doc: 'What the system is for.' },
    ],
  }),
  ...thing({
    kind: objectKind,
    noun: 'an object of a source',
    unique: 'within the source',
    fields: [characterSet, { name: 'description', doc: 'What one row or item of it stands for.' }],
  }),
  ...thing({
    kind: attributeKind,
    noun: 'an attribute of an object',
    unique: 'within the object',
    fields: [
      { name: 'path', doc: 'Where it lies in a nested object, such as order.lines.price.' },
      {
        name: 'dataType',
        doc: 'Name of its data type, as the system calls it; made where it is new.',
        property: 'dataTypeId',
        lookup: DataType,
      },
      { name: 'length', doc: 'Longest value, in characters of a text or digits of a number.', type: () => Int, min: 0 },
      { name: 'decimals', doc: 'Digits behind the decimal point; negative where a number is rounded before it.', type: () => Int },
      { name: 'ordinal', doc: 'Its place in the object, counted from 1.', type: () => Int, min: 1 },
      { name: 'reportedType', doc: 'Its data type in the words of the system that reported it.' },
      { name: 'description', doc: 'What a value of it means.' },
      flag('isKey', 'Whether it is a part of what identifies a row.'),
      flag('isFilter', 'Whether readers are meant to choose rows by it.'),
      flag('isPartition', 'Whether the object is cut into partitions by it.'),
      flag('isPii', 'Whether its values tell something of a person who could be found by them.'),
      { name: 'defaultText', doc: 'Value of a text attribute where none is given.' },
      { name: 'defaultNumber', doc: 'Value of a numeric attribute where none is given.', type: () => Decimal },
    ],
  }),
  removable(
    {
      kind: sourceKind,
      goes: ['SourceContact', 'SourceDatasetType', 'SourceLocation', 'SourceAlias', 'SourceObjectAlias'],
    },
    'a source',
    'Its contacts, dataset types, locations and aliases go with it; its objects, the processes that read or write it, and files keep it.',
  ),
  removable(
    {
      kind: objectKind,
      goes: ['SourceObjectContact', 'SourceObjectDatasetType', 'SourceObjectLocation', 'SourceObjectAlias', 'SourceObjectAttributeAlias'],
      parts: { entity: SourceObjectAttribute, property: 'objectId', goes: belowAttribute },
    },
    'an object',
    'Its attributes, contacts, dataset types, locations and aliases go with it; processes that read or write it, or read, write, filter or map one of its attributes, and files keep it.',
  ),
  removable(
    { kind: attributeKind, goes: belowAttribute },
    'an attribute',
    'Its contacts and aliases go with it; processes that read, write, filter or map it keep it.',
  ),
];
