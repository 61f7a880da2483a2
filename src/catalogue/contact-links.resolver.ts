import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { ContactRef } from '../contact/contact-refs.js';
import { Contact } from '../contact/contact.entity.js';
import type { Row } from '../platform/entity/node.js';
import { Name } from '../platform/entity/text.js';
import type { Context } from '../platform/read/context.js';
import type { NamedRef } from '../platform/read/references.js';
import type { BulkForm } from '../platform/write/bulk-forms.js';
import { takes } from '../platform/write/linking.js';
import { subjectOf, subjectUnion } from '../platform/write/subject.js';
import { contactPlaces, linkContact, unlinkContact, type ContactLinkResult } from './contact-links.js';
import { SubjectRef } from './subject-ref.input.js';

const ContactSubject = subjectUnion('ContactSubject', contactPlaces, 'A record that a contact can be responsible for.');

@InputType({ description: 'The link that `linkContact` creates.' })
class LinkContactInput {
  @Field(() => SubjectRef, { description: takes(contactPlaces) }) subject!: SubjectRef;
  @Field(() => ContactRef, { description: 'The contact, which must exist.' }) contact!: NamedRef;
  @Field(() => Name, { nullable: true, description: 'Role of the contact, such as `owner`; omit for none.' }) role?: string | null;
}

@InputType({ description: 'The link that `unlinkContact` removes.' })
class UnlinkContactInput {
  @Field(() => SubjectRef, { description: takes(contactPlaces) }) subject!: SubjectRef;
  @Field(() => ContactRef, { description: 'The contact.' }) contact!: NamedRef;
  @Field(() => Name, {
    nullable: true,
    description: 'The role to remove, and with the last role the link; omit for the link with all its roles.',
  })
  role?: string | null;
}

/** The fields of both payloads. */
@ObjectType({ description: 'A link of a contact after the change.' })
abstract class ContactLinkFields {
  @Field(() => ContactSubject, { description: 'The record at the other end of the link.' }) subject!: Row | null;
  @Field(() => Contact, { description: 'The contact.' }) contact!: Row<Contact> | null;
  @Field(() => Boolean, { description: 'Whether this call changed the link.' }) changed!: boolean;
}
@ObjectType({ description: 'Result of `linkContact`.' })
class LinkContactPayload extends ContactLinkFields {}
@ObjectType({ description: 'Result of `unlinkContact`.' })
class UnlinkContactPayload extends ContactLinkFields {}

@Resolver(() => ContactLinkFields)
class ContactLinkFieldsResolver {
  @FieldResolver()
  subject(@Root() { type, id }: ContactLinkResult, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return subjectOf(ctx, info, { type, id });
  }

  @FieldResolver()
  contact(@Root() { contactId }: ContactLinkResult, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Contact> | null> {
    return ctx.load(Contact, contactId, info);
  }
}

@Resolver()
class ContactLinkMutations {
  @Mutation(() => LinkContactPayload, {
    description:
      'Links a contact to a process, source, object or attribute, optionally in a role. A contact may have several roles. A repeated call changes nothing.',
  })
  linkContact(
    @Ctx() ctx: Context,
    @Arg('input', () => LinkContactInput, { description: 'The link to create.' }) input: LinkContactInput,
  ): Promise<ContactLinkResult> {
    return ctx.write((tx) => linkContact(tx, input));
  }

  @Mutation(() => UnlinkContactPayload, {
    description:
      'Removes the link of a contact to a record, or one of its roles. A link whose last role is removed is removed too. A missing link is no error.',
  })
  unlinkContact(
    @Ctx() ctx: Context,
    @Arg('input', () => UnlinkContactInput, { description: 'The link to remove.' }) input: UnlinkContactInput,
  ): Promise<ContactLinkResult> {
    return ctx.write((tx) => unlinkContact(tx, input));
  }
}

export const contactLinkForms: readonly BulkForm[] = [
  { of: 'linkContact', name: 'linkContacts', list: 'links' },
  { of: 'unlinkContact', name: 'unlinkContacts', list: 'links' },
];
export const contactLinks = [ContactLinkMutations, ContactLinkFieldsResolver];
