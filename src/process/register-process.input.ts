import { Field, InputType, Int, registerEnumType } from 'type-graphql';
import { LinkInput } from '../platform/entity/links.js';
import { Decimal } from '../platform/entity/scalars.js';
import { LongText, Name } from '../platform/entity/text.js';
import { AttributeRef } from '../source/source-refs.input.js';
import { DependencyKind } from './dependency-kind.js';
import { ProcessFilterInput } from './process-filter.input.js';
import { ProcessRef } from './process-ref.input.js';
import { runSettings } from './run-settings.js';

@InputType({ description: 'A contact, identified by name; created if missing.' })
export class ContactInput {
  @Field(() => Name, { description: 'Name of the person, team or mailbox, unique among contacts.' }) name!: string;
  @Field(() => Name, { nullable: true, description: 'E-mail address. Replaces the stored one; omit to keep it.' }) email?: string | null;
  @Field(() => Name, { nullable: true, description: 'Phone number. Replaces the stored one; omit to keep it.' }) phone?: string | null;
  @Field(() => Name, { nullable: true, description: 'Address in a chat system. Replaces the stored one; omit to keep it.' })
  chat?: string | null;
  @Field(() => Name, { nullable: true, description: 'Address of the pager. Replaces the stored one; omit to keep it.' }) pager?:
    string | null;
  @Field(() => Name, { nullable: true, description: 'Web address, http or https. Replaces the stored one; omit to keep it.' })
  url?: string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'Role of the contact, such as `owner`, `steward` or `on call`. Several roles are several entries.',
  })
  role?: string | null;
}

@InputType({
  description: 'An attribute (column, field) that a process reads or writes; created if missing. An omitted fact keeps its value.',
})
export class AttributeInput {
  @Field(() => Name, { description: 'Its name, unique within the object.' }) name!: string;
  @Field(() => Name, {
    nullable: true,
    description:
      'Data type in the words of the system. Where another process declares another one, who writes the attribute outranks who reads it; otherwise the known type stays, with a warning.',
  })
  dataType?: string | null;
  @Field(() => Int, { nullable: true, description: 'Largest length of a value, in characters of a text or digits of a number.' }) length?:
    number | null;
  @Field(() => Int, { nullable: true, description: 'Number of digits after the decimal point.' }) decimals?: number | null;
  @Field(() => Int, { nullable: true, description: 'Position in the object, from 1.' }) ordinal?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Path in a nested object, such as `order.lines.price`.' }) path?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Meaning of a value.' }) description?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether it is part of the key of a row.' }) isKey?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether readers are expected to select rows by it.' }) isFilter?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether the object is partitioned by it.' }) isPartition?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether its values are personal data (PII).' })
  isPii?: boolean | null;
  @Field(() => LongText, { nullable: true, description: 'Default value of a text attribute.' }) defaultText?: string | null;
  @Field(() => Decimal, { nullable: true, description: 'Default value of a numeric attribute.' }) defaultNumber?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Name under which this process reads or writes it.' }) alias?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Expression by which this process reads or derives it.' }) expression?:
    string | null;
}

@InputType({ description: 'An object (table, file, topic, report) that a process reads or writes; created if missing.' })
export class ObjectInput {
  @Field(() => Name, { description: 'Its name, unique within the source.' }) name!: string;
  @Field(() => LongText, { nullable: true, description: 'Description of the object.' }) description?: string | null;
  @Field(() => [AttributeInput], {
    nullable: true,
    description: 'The attributes that the process reads or writes; omit for the whole object.',
  })
  attributes?: AttributeInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Contacts of the object.' }) contacts?: ContactInput[] | null;
}

@InputType({ description: 'A source (database, file system, service, report server) that a process reads or writes; created if missing.' })
export class SourceInput {
  @Field(() => Name, { description: 'Its name, unique among sources.' }) name!: string;
  @Field(() => Name, {
    nullable: true,
    description: 'Kind of source, such as Database; created if missing. Default for a new source: Undefined.',
  })
  type?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Description of the source.' }) description?: string | null;
  @Field(() => [ObjectInput], { nullable: true, description: 'The objects that the process reads or writes; omit for the whole source.' })
  objects?: ObjectInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Contacts of the source.' }) contacts?: ContactInput[] | null;
}

export enum RegistrationMode {
  ADD = 'ADD',
  REPLACE = 'REPLACE',
}
registerEnumType(RegistrationMode, {
  name: 'RegistrationMode',
  description: 'Treatment of links that a registration omits.',
  valuesConfig: {
    ADD: { description: 'Omitted links stay; specified links are added.' },
    REPLACE: {
      description:
        'Each specified list (`sources`, `targets`, `contacts`, `dependsOn`, `datasetTypes`, `mappings`, `filters`, `links`) is complete; links that it omits are removed. An omitted list is not changed; an empty one is refused. Of `dependsOn`, HARD and the kinds in the list are replaced.',
    },
  },
});

@InputType({ description: 'A process that the registered one depends on.' })
export class DependsOnInput {
  @Field(() => ProcessRef, { description: 'The process. One that is identified by `name` may be in the same request.' })
  process!: ProcessRef;
  @Field(() => DependencyKind, { defaultValue: DependencyKind.HARD, description: 'Kind of the dependency.' }) kind?: DependencyKind;
}

@InputType({
  description:
    'A mapping: an attribute that a process derives from another one. Without mappings, reads and writes are not linked at attribute granularity.',
})
export class AttributeMappingInput {
  @Field(() => AttributeRef, { description: 'The attribute that feeds the other; the process must read it.' }) from!: AttributeRef;
  @Field(() => AttributeRef, { description: 'The attribute that is derived; the process must write it.' }) to!: AttributeRef;
  @Field(() => LongText, { nullable: true, description: 'Expression by which it is derived.' }) expression?: string | null;
  @Field(() => Name, { nullable: true, description: 'Kind of transformation, such as `identity`, `aggregation` or `masking`.' })
  transformation?: string | null;
}

@InputType({
  description: 'A process with its links. Missing records are created; existing ones are found by name or alias.',
})
export class RegisterProcessInput {
  @Field(() => Name, { description: 'Its name, unique among processes.' }) name!: string;
  @Field(() => Name, { nullable: true, description: 'Kind of process, such as File or Load; created if missing.' }) type?: string | null;
  @Field(() => Name, { nullable: true, description: 'Tool that runs it, such as Airflow; created if missing.' }) tool?: string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'Planned frequency of its runs: one of `scheduleFrequencies`. Default for a new process: unscheduled.',
  })
  scheduleFrequency?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Purpose of the process.' }) description?: string | null;
  @Field(() => Int, { nullable: true, description: runSettings.failureLimit.doc }) failureLimit?: number | null;
  @Field(() => Int, { nullable: true, description: runSettings.runTimeLimitSeconds.doc }) runTimeLimitSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: runSettings.leaseSeconds.doc }) leaseSeconds?: number | null;
  @Field(() => Name, { nullable: true, description: runSettings.cron.doc }) cron?: string | null;
  @Field(() => [SourceInput], {
    nullable: true,
    description: 'Data that it reads, at the most detailed known granularity: source, object or attribute.',
  })
  sources?: SourceInput[] | null;
  @Field(() => [SourceInput], {
    nullable: true,
    description: 'Data that it writes, at the most detailed known granularity: source, object or attribute.',
  })
  targets?: SourceInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Contacts of the process.' }) contacts?: ContactInput[] | null;
  @Field(() => [DependsOnInput], {
    nullable: true,
    description:
      'Processes that it depends on. A hard parent blocks a start while it is running, failed or on hold; outside a run group, one that never ran does not.',
  })
  dependsOn?: DependsOnInput[] | null;
  @Field(() => [Name], { nullable: true, description: 'Business areas or kinds of its data; created if missing.' })
  datasetTypes?: string[] | null;
  @Field(() => [AttributeMappingInput], {
    nullable: true,
    description: 'Mappings from attributes that it reads to attributes that it writes. Both must be linked, in this request or before.',
  })
  mappings?: AttributeMappingInput[] | null;
  @Field(() => [ProcessFilterInput], { nullable: true, description: 'Conditions by which it selects the rows that it reads.' }) filters?:
    ProcessFilterInput[] | null;
  @Field(() => [LinkInput], {
    nullable: true,
    description: 'Links of the process to pages elsewhere. One with a known label gets the new address.',
  })
  links?: LinkInput[] | null;
  @Field(() => RegistrationMode, {
    defaultValue: RegistrationMode.ADD,
    description: 'Whether the lists are added to the stored links or replace them.',
  })
  mode?: RegistrationMode;
}
