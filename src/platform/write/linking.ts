import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, Resolver, Root, type ClassType } from 'type-graphql';
import type { Tx } from '../database.js';
import type { Row } from '../entity/node.js';
import { referenceTo, type EntityClass } from '../entity/rows.js';
import type { Context } from '../read/context.js';
import { referenceField } from '../read/fields.js';
import { deleteRows, insertLink } from './entities.js';
import type { RecordKind } from './record-kind.js';
import { lockSubject, subjectOf, subjectUnion } from './subject.js';
import { PayloadOf } from './payload.js';
import { lowerFirst, upperFirst } from '../words.js';

export interface LinkingOptions {
  /** What is linked: a location, a dataset type. */
  entity: EntityClass;
  noun: string;
  /** The input type of references to one, and what it says of it. */
  ref: ClassType;
  refDoc: string;
  /** The input type of the subject. */
  subject: ClassType;
  /** What one can be linked to, and the entity of these links. */
  kinds: readonly (RecordKind & { link: EntityClass })[];
  /** The number of the one that a reference identifies. */
  find: (tx: Tx, ref: object, argument: string, linking: boolean) => Promise<number>;
  /** What linking does beside the link, for the description. */
  more?: string;
}

interface Changed {
  type: string;
  id: number;
  otherId: number;
  changed: boolean;
}

/** The description of a subject of these kinds. */
export const takes = (kinds: readonly RecordKind[]): string =>
  `The record, by \`id\` or by ${kinds.map(({ word }) => `\`${word}\``).join(', ')}.`;

/** The mutations that link a record to those of several kinds, and that unlink it. Answers its resolver classes. */
export function linking({ entity, noun, ref, refDoc, subject, kinds, find, more = '' }: LinkingOptions): ClassType[] {
  const type = entity.name;
  const field = lowerFirst(type);
  const union = subjectUnion(`${type}Subject`, kinds, `A record that ${noun} can be linked to.`);

  const locate = async (tx: Tx, input: object, adding: boolean) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both fields are declared below.
    const refs = { subject: Reflect.get(input, 'subject') as object, other: Reflect.get(input, field) as object };
    const { kind, row } = await lockSubject(tx, kinds, refs.subject, 'input.subject', 'no key update');
    const otherId = await find(tx, refs.other, `input.${field}`, adding);
    const values = { [referenceTo(kind.naming.entity, kind.link)]: row.id, [referenceTo(entity, kind.link)]: otherId };
    return { answer: { type: kind.naming.entity.name, id: row.id, otherId }, link: kind.link, values };
  };

  /** One of the two mutations, with an input and a payload of its own. */
  const mutation = (verb: string, description: string, change: (tx: Tx, input: object) => Promise<Changed>): ClassType[] => {
    const name = `${verb}${type}`;
    @InputType(`${upperFirst(name)}Input`, { description: `The link that \`${name}\` changes.` })
    class LinkInput {
      @Field(() => subject, { description: takes(kinds) }) subject!: object;
    }
    Field(() => ref, { description: refDoc })(LinkInput.prototype, field);

    @PayloadOf(name)
    class LinkPayload {
      /** The number of what is linked, which is read by it. */
      otherId!: number;
      @Field(() => union, { description: 'The record at the other end of the link.' }) subject!: Row | null;
      @Field(() => Boolean, { description: 'Whether this call changed the link.' }) changed!: boolean;
    }

    @Resolver(() => LinkPayload)
    class LinkResolver {
      @Mutation(() => LinkPayload, { name, description })
      change(@Ctx() ctx: Context, @Arg('input', () => LinkInput, { description: 'The link.' }) input: LinkInput): Promise<Changed> {
        return ctx.write((tx) => change(tx, input));
      }

      @FieldResolver(() => union)
      subject(@Root() row: Changed, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
        return subjectOf(ctx, info, row);
      }
    }
    return [LinkResolver, referenceField(LinkPayload, field, 'otherId', entity, `The ${type}.`, false)];
  };

  return [
    ...mutation('link', `Links ${noun} to a record. A repeated call changes nothing.${more}`, async (tx, input) => {
      const { answer, link, values } = await locate(tx, input, true);
      return { ...answer, changed: await insertLink(tx, link, values) };
    }),
    ...mutation('unlink', `Removes the link of ${noun} to one record. A missing link is no error.`, async (tx, input) => {
      const { answer, link, values } = await locate(tx, input, false);
      return { ...answer, changed: (await deleteRows(tx, link, values)) > 0 };
    }),
  ];
}
