import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { Contact } from '../contact/contact.entity.js';
import type { Row } from '../platform/node.js';

@ObjectType({ description: 'A contact of something, with what it is asked about there.' })
export class ContactLink {
  @Field(() => Contact, { description: 'Whom to call.' }) contact!: unknown;
  @Field(() => [String], { description: 'The roles it has here, ordered by name; empty where none was said.' }) roles!: string[];
}

/** The row of a contact link is the contact's own, with the roles beside it. */
@Resolver(() => ContactLink)
export class ContactLinkResolver {
  @FieldResolver()
  contact(@Root() row: Row): Row {
    return row;
  }
}
