import type { GraphQLResolveInfo } from 'graphql';
import { Arg, createUnionType, Ctx, Field, FieldResolver, ID, Info, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Contact } from '../contact/contact.entity.js';
import type { Context } from '../platform/read/context.js';
import { subjectOf } from '../platform/write/subject.js';
import type { Row } from '../platform/entity/node.js';
import { Name } from '../platform/entity/text.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';
import { linkContact, unlinkContact, type ContactLinkResult } from './contact-links.js';
import { Process } from '../process/process.entity.js';

const ContactSubject = createUnionType({
  name: 'ContactSubject',
  description: 'What a contact can answer for.',
  types: () => [Process, Source, SourceObject, SourceObjectAttribute] as const,
  resolveType: (row: Row) => row.__typename,
});

@InputType({ description: 'A contact and what it answers for.' })
class ContactLinkInput {
  @Field(() => ID, { description: 'Global id of the process, source, object or attribute.' }) subject!: string;
  @Field(() => Name, { description: 'Name of the contact, which must be known.' }) contact!: string;
  @Field(() => Name, {
    nullable: true,
    description: 'What it is asked about there, such as `owner`. To unlink: only this role; left out, the contact with all its roles.',
  })
  role?: string | null;
}

@ObjectType({ description: 'A contact and what it answers for, after the change.' })
class ContactLinkPayload {
  @Field(() => ContactSubject, { description: 'What the contact answers for.' }) subject!: Row | null;
  @Field(() => Contact, { description: 'The contact.' }) contact!: Row<Contact> | null;
  @Field(() => Boolean, { description: 'False where it already was as asked for.' }) changed!: boolean;
}

@Resolver(() => ContactLinkPayload)
export class ContactLinksResolver {
  @Mutation(() => ContactLinkPayload, {
    description: 'Links a contact to a process, source, object or attribute, in a role. A contact may have several roles.',
  })
  linkContact(
    @Ctx() ctx: Context,
    @Arg('input', () => ContactLinkInput, { description: 'The link to make.' }) input: ContactLinkInput,
  ): Promise<ContactLinkResult> {
    return ctx.write((tx) => linkContact(tx, input));
  }

  @Mutation(() => ContactLinkPayload, { description: 'Takes a role from a contact, or unlinks it.' })
  unlinkContact(
    @Ctx() ctx: Context,
    @Arg('input', () => ContactLinkInput, { description: 'The link to take away.' }) input: ContactLinkInput,
  ): Promise<ContactLinkResult> {
    return ctx.write((tx) => unlinkContact(tx, input));
  }

  @FieldResolver()
  subject(@Root() { type, id }: ContactLinkResult, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return subjectOf(ctx, info, { type, id });
  }

  @FieldResolver()
  contact(@Root() { contactId }: ContactLinkResult, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Contact> | null> {
    return ctx.load(Contact, contactId, info);
  }
}
