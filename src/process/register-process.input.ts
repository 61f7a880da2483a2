import { Field, InputType, Int, registerEnumType } from 'type-graphql';
import { Decimal } from '../platform/entity/scalars.js';
import { LongText, Name } from '../platform/entity/text.js';
import { AttributeRef } from '../source/source-refs.input.js';
import { DependencyKind } from './dependency-kind.js';
import { ProcessFilterInput } from './process-filter.input.js';
import { ProcessRef } from './process-ref.input.js';
import { runSettings } from './run-settings.js';

@InputType({ description: 'Somebody to call: found by name, made where there is none.' })
export class ContactInput {
  @Field(() => Name, { description: 'Name of the person, team or mailbox, unique among contacts.' }) name!: string;
  @Field(() => Name, { nullable: true, description: 'Address to write to. Replaces the one that is known; left out, it stays.' }) email?:
    string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'What the contact is asked about here: `owner`, `steward`, `on call`, … Several roles are several entries.',
  })
  role?: string | null;
}

@InputType({ description: 'An attribute (column, field) that a process reads or writes. What is left out stays as it is known.' })
export class AttributeInput {
  @Field(() => Name, { description: 'Its name, unique within the object.' }) name!: string;
  @Field(() => Name, { nullable: true, description: 'Name of its data type, as the system calls it.' }) dataType?: string | null;
  @Field(() => Int, { nullable: true, description: 'Longest value, in characters of a text or digits of a number.' }) length?:
    number | null;
  @Field(() => Int, { nullable: true, description: 'Digits behind the decimal point.' }) decimals?: number | null;
  @Field(() => Int, { nullable: true, description: 'Its place in the object, counted from 1.' }) ordinal?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Where it lies in a nested object, such as order.lines.price.' }) path?:
    string | null;
  @Field(() => LongText, { nullable: true, description: 'What a value of it means.' }) description?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether it is a part of what identifies a row.' }) isKey?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether readers are meant to choose rows by it.' }) isFilter?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether the object is cut into partitions by it.' }) isPartition?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether its values tell something of a person who could be found by them.' })
  isPii?: boolean | null;
  @Field(() => LongText, { nullable: true, description: 'Value of a text attribute where none is given.' }) defaultText?: string | null;
  @Field(() => Decimal, { nullable: true, description: 'Value of a numeric attribute where none is given.' }) defaultNumber?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Name under which this process reads or writes it.' }) alias?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Expression by which this process reads or makes it.' }) expression?: string | null;
}

@InputType({ description: 'An object (table, file, topic, report) that a process reads or writes.' })
export class ObjectInput {
  @Field(() => Name, { description: 'Its name, unique within the source.' }) name!: string;
  @Field(() => LongText, { nullable: true, description: 'What it holds.' }) description?: string | null;
  @Field(() => [AttributeInput], {
    nullable: true,
    description: 'The attributes that the process reads or writes. None: the object as a whole.',
  })
  attributes?: AttributeInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Whom to call about the object.' }) contacts?: ContactInput[] | null;
}

@InputType({ description: 'A source (database, file system, service, report server) that a process reads or writes.' })
export class SourceInput {
  @Field(() => Name, { description: 'Its name, unique among sources.' }) name!: string;
  @Field(() => Name, {
    nullable: true,
    description: 'Kind of source, such as Database; made where it is new. Undefined for a new source that does not say.',
  })
  type?: string | null;
  @Field(() => LongText, { nullable: true, description: 'What it is.' }) description?: string | null;
  @Field(() => [ObjectInput], { nullable: true, description: 'The objects that the process reads or writes. None: the source as a whole.' })
  objects?: ObjectInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Whom to call about the source.' }) contacts?: ContactInput[] | null;
}

export enum RegistrationMode {
  ADD = 'ADD',
  REPLACE = 'REPLACE',
}
registerEnumType(RegistrationMode, {
  name: 'RegistrationMode',
  description: 'What a registration does with links that it leaves out.',
  valuesConfig: {
    ADD: { description: 'They stay: what is given is added.' },
    REPLACE: {
      description:
        'They go: each list that is given (`sources`, `targets`, `contacts`, `dependsOn`, `datasetTypes`, `mappings`, `filters`) is complete. A list that is left out stays as it is; an empty one is refused.',
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
    'Says that a process makes one attribute from another. Without mappings, what it reads and what it writes are not linked at attribute granularity.',
})
export class AttributeMappingInput {
  @Field(() => AttributeRef, { description: 'The attribute that feeds the other; the process must read it.' }) from!: AttributeRef;
  @Field(() => AttributeRef, { description: 'The attribute that is derived; the process must write it.' }) to!: AttributeRef;
  @Field(() => LongText, { nullable: true, description: 'Expression by which it is made.' }) expression?: string | null;
  @Field(() => Name, { nullable: true, description: 'Kind of transformation, such as `identity`, `aggregation` or `masking`.' })
  transformation?: string | null;
}

@InputType({
  description: 'A process with everything that it names. What is new is made, what is known is found by name.',
})
export class RegisterProcessInput {
  @Field(() => Name, { description: 'Its name, unique among processes.' }) name!: string;
  @Field(() => Name, { nullable: true, description: 'Kind of process, such as File or Load; made where it is new.' }) type?: string | null;
  @Field(() => Name, { nullable: true, description: 'Tool that runs it, such as Airflow; made where it is new.' }) tool?: string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'How often it is meant to run: one of `scheduleFrequencies`. A new process that does not say is unscheduled.',
  })
  scheduleFrequency?: string | null;
  @Field(() => LongText, { nullable: true, description: 'What it does and why.' }) description?: string | null;
  @Field(() => Int, { nullable: true, description: runSettings.failureLimit.doc }) failureLimit?: number | null;
  @Field(() => Int, { nullable: true, description: runSettings.runTimeLimitSeconds.doc }) runTimeLimitSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: runSettings.leaseSeconds.doc }) leaseSeconds?: number | null;
  @Field(() => Name, { nullable: true, description: runSettings.cron.doc }) cron?: string | null;
  @Field(() => [SourceInput], {
    nullable: true,
    description: 'What it reads, at the finest granularity known: source, object or attribute.',
  })
  sources?: SourceInput[] | null;
  @Field(() => [SourceInput], {
    nullable: true,
    description: 'What it writes, at the finest granularity known: source, object or attribute.',
  })
  targets?: SourceInput[] | null;
  @Field(() => [ContactInput], { nullable: true, description: 'Whom to call about the process.' }) contacts?: ContactInput[] | null;
  @Field(() => [DependsOnInput], {
    nullable: true,
    description: 'Processes that it depends on. A hard dependency must have succeeded before it may start.',
  })
  dependsOn?: DependsOnInput[] | null;
  @Field(() => [Name], { nullable: true, description: 'Business areas or kinds of data it deals with; made where they are new.' })
  datasetTypes?: string[] | null;
  @Field(() => [AttributeMappingInput], {
    nullable: true,
    description: 'Which attributes that it reads feed which that it writes. Both must be linked, here or before.',
  })
  mappings?: AttributeMappingInput[] | null;
  @Field(() => [ProcessFilterInput], { nullable: true, description: 'Conditions by which it chooses the rows that it reads.' }) filters?:
    ProcessFilterInput[] | null;
  @Field(() => RegistrationMode, {
    defaultValue: RegistrationMode.ADD,
    description: 'Whether the lists given are added to what is known, or replace it.',
  })
  mode?: RegistrationMode;
}
