import { Field, InputType } from 'type-graphql';
import { Name } from '../../platform/entity/text.js';
import { ProcessRef } from '../process-ref.input.js';

@InputType({ description: 'An object whose links are taken from a process.' })
export class UnlinkObjectInput {
  @Field(() => Name, { description: 'Name of the object in the source.' }) name!: string;
  @Field(() => [Name], {
    nullable: true,
    description: 'Names of the attributes, at least one. Left out: the object with all its attributes.',
  })
  attributes?: string[] | null;
}

@InputType({ description: 'A source whose links are taken from a process.' })
export class UnlinkSourceInput {
  @Field(() => Name, { description: 'Name of the source.' }) name!: string;
  @Field(() => [UnlinkObjectInput], {
    nullable: true,
    description: 'The objects, at least one. Left out: the source with all its objects.',
  })
  objects?: UnlinkObjectInput[] | null;
}

@InputType({ description: 'A process, and the data that it no longer reads or writes.' })
export class UnlinkProcessInput {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => [UnlinkSourceInput], { nullable: true, description: 'What it no longer reads.' }) sources?: UnlinkSourceInput[] | null;
  @Field(() => [UnlinkSourceInput], { nullable: true, description: 'What it no longer writes.' }) targets?: UnlinkSourceInput[] | null;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether the object (source) of the last attribute (object) stays linked as a whole. Links that were stated as a whole stay anyhow.',
  })
  keepCoarser?: boolean;
  @Field(() => Name, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}
