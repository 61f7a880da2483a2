import { ObjectType } from 'type-graphql';
import { upperFirst } from '../words.js';

/** Makes a class the payload of a mutation, under the name that the rule of the API gives it. */
export const PayloadOf = (mutation: string): ClassDecorator =>
  ObjectType(`${upperFirst(mutation)}Payload`, { description: `Result of \`${mutation}\`.` });
