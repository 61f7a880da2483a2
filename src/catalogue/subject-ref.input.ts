import { Field, ID, InputType } from 'type-graphql';
import { locationKind } from '../location/location-kind.js';
import { LocationRef } from '../location/location-ref.input.js';
import { processKind } from '../process/process-kind.js';
import { ProcessRef } from '../process/process-ref.input.js';
import { attributeKind, objectKind, sourceKind } from '../source/source-kinds.js';
import { AttributeRef, SourceObjectRef, SourceRef } from '../source/source-refs.input.js';

/** All kinds that a `SubjectRef` can identify. */
export const subjectKinds = [processKind, sourceKind, objectKind, attributeKind, locationKind];

@InputType({
  description:
    'Identifies one record of the catalogue in exactly one way: by `id`, or by the reference of its type. Each mutation accepts some of the types.',
})
export class SubjectRef {
  @Field(() => ID, { nullable: true, description: 'Its global id.' }) id?: string | null;
  @Field(() => ProcessRef, { nullable: true, description: 'A process.' }) process?: ProcessRef | null;
  @Field(() => SourceRef, { nullable: true, description: 'A source.' }) source?: SourceRef | null;
  @Field(() => SourceObjectRef, { nullable: true, description: 'An object of a source.' }) object?: SourceObjectRef | null;
  @Field(() => AttributeRef, { nullable: true, description: 'An attribute of an object.' }) attribute?: AttributeRef | null;
  @Field(() => LocationRef, { nullable: true, description: 'A location.' }) location?: LocationRef | null;
}
