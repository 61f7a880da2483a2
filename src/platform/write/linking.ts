import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Mutation, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Tx } from '../database.js';
import { referenceField } from '../read/fields.js';
import type { Row } from '../entity/node.js';
import { referenceTo, type EntityClass } from '../entity/rows.js';
import { textAt } from '../text-at.js';
import { lockSubject, subjectFields, subjectOf, subjectUnion, type SubjectKind } from './subject.js';
import { Name } from '../entity/text.js';
import { deleteRows, insertLink } from './entities.js';

export interface LinkingOptions {
  /** What is linked: a location, a dataset type. */
  entity: EntityClass;
  noun: string;
  /** What it can be linked to, and the entity of these links. */
  kinds: readonly (SubjectKind & { link: EntityClass })[];
  /** The number of the one with this name. */
  find: (tx: Tx, name: string, argument: string, linking: boolean) => Promise<number>;
  /** What linking does beside the link, for the description. */
  more?: string;
}

interface Changed {
  type: string;
  id: number;
  otherId: number;
  changed: boolean;
}

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** The mutations that link something to things of several kinds, and take it away. Answers its resolver classes. */
export function linking({ entity, noun, kinds, find, more = '' }: LinkingOptions): ClassType[] {
  const type = entity.name;
  const field = lower(type);
  const union = subjectUnion(`${type}Subject`, kinds, `What ${noun} can be linked to.`);

  @InputType(`${type}LinkInput`, { description: `${noun.replace(/^a/, 'A')} and what it is linked to.` })
  class LinkInput {}
  subjectFields(LinkInput.prototype, kinds, 'subject');
  Field(() => Name, { description: `Name of the ${type}.` })(LinkInput.prototype, field);

  @ObjectType(`${type}LinkPayload`, { description: 'A link after the change.' })
  class LinkPayload {
    /** The number of what is linked, which is read by it. */
    otherId!: number;
    @Field(() => union, { description: 'What it is linked to, or was.' }) subject!: Row | null;
    @Field(() => Boolean, { description: 'False where it already was as asked for.' }) changed!: boolean;
  }

  const locate = async (tx: Tx, input: object, adding: boolean) => {
    const subject = await lockSubject(tx, kinds, input, 'subject', 'no key update');
    const otherId = await find(tx, textAt(input, field)!, `input.${field}`, adding);
    const { naming, link } = kinds.find((kind) => kind.naming.entity.name === subject.type)!;
    return {
      row: { type: subject.type, id: subject.row.id, otherId },
      link,
      values: { [referenceTo(naming.entity, link)]: subject.row.id, [referenceTo(entity, link)]: otherId },
    };
  };

  @Resolver(() => LinkPayload)
  class LinkResolver {
    @Mutation(() => LinkPayload, { name: `link${type}`, description: `Links ${noun}. Doing it again changes nothing.${more}` })
    link(@Ctx() ctx: Context, @Arg('input', () => LinkInput, { description: 'The link to make.' }) input: object): Promise<Changed> {
      return ctx.write(async (tx) => {
        const { row, link, values } = await locate(tx, input, true);
        return { ...row, changed: await insertLink(tx, link, values) };
      });
    }

    @Mutation(() => LinkPayload, { name: `unlink${type}`, description: `Takes the link of ${noun} away, from this one thing alone.` })
    unlink(@Ctx() ctx: Context, @Arg('input', () => LinkInput, { description: 'The link to take away.' }) input: object): Promise<Changed> {
      return ctx.write(async (tx) => {
        const { row, link, values } = await locate(tx, input, false);
        return { ...row, changed: (await deleteRows(tx, link, values)) > 0 };
      });
    }

    @FieldResolver(() => union)
    subject(@Root() row: Changed, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
      return subjectOf(ctx, info, row);
    }
  }
  return [LinkResolver, referenceField(LinkPayload, field, 'otherId', entity, `The ${type}.`, false)];
}
