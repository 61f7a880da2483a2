import { ArgsType, Field, ID, InputType, Int, type ClassType } from 'type-graphql';
import { Name } from '../entity/text.js';
import { nameArguments, type Naming } from './naming.js';
import type { NamedRef } from './references.js';

/** Gives a class the fields by which any record can be identified: its global id, and ProcessTracker's number. */
export function idFields(target: object): void {
  Field(() => ID, { nullable: true, description: 'Its global id.' })(target, 'id');
  Field(() => Int, { nullable: true, description: "ProcessTracker's number of the record." })(target, 'databaseId');
}

/** Makes a class the input type of references to a type, and the arguments of the query that finds one. */
export function refInput(target: ClassType, description: string): void {
  InputType(target.name, { description })(target);
  ArgsType()(target);
}

/**
 * The input type of references to records that have names: `ProcessRef`, `SourceObjectRef`. Exactly one way must be given, which `namedRefs` checks: a
 * way of several fields has no place in `@oneOf`.
 */
export function namedRefInput(naming: Naming, name = `${naming.entity.name}Ref`): ClassType<NamedRef> {
  const names = nameArguments(naming);
  const isNested = names.length > 1;
  const aliases = naming.alias ? ', or an alias' : '';
  // The computed key names the class before any decorator reads its name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is given these fields.
  const made = { [name]: class {} }[name] as ClassType<NamedRef>;
  idFields(made.prototype);
  for (const each of names)
    Field(() => Name, {
      nullable: true,
      description:
        each === 'name'
          ? `Its name${aliases}${isNested ? `, together with \`${names.slice(0, -1).join('` and `')}\`` : ''}.`
          : `Name of the ${each} that it belongs to${aliases}.`,
    })(made.prototype, each);
  if (isNested)
    Field(() => Name, {
      nullable: true,
      description: `All of its names in one text, \`${names.join('.')}\`. A name with a dot in it stands in double quotes.`,
    })(made.prototype, 'qualifiedName');
  const ways = [
    '`id`',
    '`databaseId`',
    ...(isNested ? ['`qualifiedName`'] : []),
    `\`${names.join('`, `').replace(/, (?=[^,]*$)/, ' and ')}\``,
  ];
  refInput(made, `Identifies one ${naming.entity.name} in exactly one way: by ${ways.join(', by ').replace(/,(?=[^,]*$)/, ', or')}.`);
  return made;
}
