import { Field, InputType } from 'type-graphql';
import { Name } from '../../platform/entity/text.js';
import { ProcessRef } from '../process-ref.input.js';

@InputType({ description: 'An object to unlink from a process.' })
export class UnlinkObjectInput {
  @Field(() => Name, { description: 'Name of the object in the source.' }) name!: string;
  @Field(() => [Name], {
    nullable: true,
    description: 'Names of the attributes, at least one; omit for the object with all its attributes.',
  })
  attributes?: string[] | null;
}

@InputType({ description: 'A source to unlink from a process.' })
export class UnlinkSourceInput {
  @Field(() => Name, { description: 'Name of the source.' }) name!: string;
  @Field(() => [UnlinkObjectInput], {
    nullable: true,
    description: 'The objects, at least one; omit for the source with all its objects.',
  })
  objects?: UnlinkObjectInput[] | null;
}

@InputType({ description: 'A process, and the data that it no longer reads or writes.' })
export class UnlinkProcessInput {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => [UnlinkSourceInput], { nullable: true, description: 'Sources that it no longer reads, as a whole or in part.' }) sources?:
    UnlinkSourceInput[] | null;
  @Field(() => [UnlinkSourceInput], { nullable: true, description: 'Sources that it no longer writes, as a whole or in part.' }) targets?:
    UnlinkSourceInput[] | null;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether the parent level of the last removed link stays linked as a whole. Parent links that were declared themselves always stay.',
  })
  keepCoarser?: boolean;
  @Field(() => Name, { nullable: true, description: 'Reason of the change, kept in the history.' }) reason?: string | null;
}
