import { Field, InputType, ObjectType } from 'type-graphql';
import { checkWebAddress, given } from '../checks.js';
import { invalid } from '../errors.js';
import { Stored, type Column } from './columns.js';
import { Name } from './text.js';

@ObjectType({ description: 'A link of a record to a page elsewhere.' })
export class Link {
  @Field(() => String, { description: 'Label, such as `log`, unique among the links of the record.' }) label!: string;
  @Field(() => String, { description: 'Web address of the page, http or https.' }) url!: string;
}

@InputType({ description: 'A link of a record to a page elsewhere.' })
export class LinkInput implements Link {
  @Field(() => Name, {
    description: 'Label, such as `log`, unique among the links of the record: 1 to 200 characters, without leading or trailing blanks.',
  })
  label!: string;
  @Field(() => Name, { description: 'Web address of the page, http or https, without blanks, passwords and keys.' }) url!: string;
}

/** platform/links.sql has the same. */
const maxLinks = 50;
const maxCharacters = 200;

/** The column `links` of a table, and the field of that name. It has no conditions. */
export const Links =
  (doc: string): Column<Link[]> =>
  (target, property) => {
    Stored('links', 'jsonb', { default: "'[]'" })(target, property);
    Field(() => [Link], { description: `${doc}, ordered by label; at most ${maxLinks}.` })(target, property);
  };

function checkLink({ label, url }: Link, argument: string): void {
  const refuse = (message: string, allowed: unknown) =>
    invalid(`${argument}.label ${message}`, { argument: `${argument}.label`, value: label, allowed });
  if (label !== label.trim()) throw refuse('must not begin or end with a blank.', label.trim());
  const { length } = Array.from(label);
  if (length > maxCharacters) throw refuse(`may have at most ${maxCharacters} characters, this has ${length}.`, { maxCharacters });
  checkWebAddress(url, `${argument}.url`);
}

/** Links as they are stored: ordered by label, by bytes. None are undefined. @throws INVALID */
export function keptLinks(links: readonly Link[] | null | undefined, argument: string): Link[] | undefined {
  if (!given(links)) return undefined;
  if (links.length > maxLinks)
    throw invalid(`${argument} may have at most ${maxLinks} entries, not ${links.length}.`, {
      argument,
      value: links.length,
      allowed: { max: maxLinks },
    });
  const labels = new Set<string>();
  links.forEach((link, i) => {
    checkLink(link, `${argument}.${i}`);
    if (labels.size === labels.add(link.label).size)
      throw invalid(`The label ${JSON.stringify(link.label)} is specified twice.`, {
        argument: `${argument}.${i}.label`,
        value: link.label,
        allowed: 'each label once',
      });
  });
  return links.toSorted((a, b) => Buffer.compare(Buffer.from(a.label), Buffer.from(b.label)));
}
