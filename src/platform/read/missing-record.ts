import { notFound, type DomainError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { shapeOf } from '../entity/rows.js';
import type { Missing } from './nearest-names.js';
import { qualified } from './qualified-name.js';
import type { ArgumentPath, Outer, RefKind } from './references.js';

/** A NOT_FOUND in the one form that the API has for it. */
const noSuch = (type: string, called: string, argument: string, value: unknown, near: readonly string[]): DomainError =>
  notFound(`There is no ${type} ${called}.${didYouMean(near)}`, {
    argument,
    value,
    ...(near.length ? { nearest: near } : {}),
  });

export const isGiven = (ref: object, argument: string) => (Reflect.get(ref, argument) ?? null) !== null;

/** References by number, which says nothing to a reader. */
const isWay = (by: string) => by === 'id' || by === 'databaseId';

/** What is wrong with a reference that means no record: the outermost part of it that is unknown, with the nearest known names if they are looked up. */
export async function whatIsMissing<R extends object>(
  kind: RefKind<R>,
  ref: R,
  outer: readonly Outer[],
  known: readonly (number | null)[],
  path: ArgumentPath,
  lookUp: ((what: Missing) => Promise<string[]>) | undefined,
): Promise<DomainError> {
  const shown = kind.shown?.(ref) ?? ref;
  const by = kind.by(ref);
  const spelled = kind.spelled?.(shown, path) ?? shown;
  const inOneText = spelled !== shown;
  const valueOf = (argument: string): unknown => Reflect.get(spelled, argument);
  /** The part of the name that an argument stands for. */
  const argumentOf = (argument: string) => (inOneText && argument === by ? 'name' : argument);
  const refuse = async (type: string, called: string, argument: string, naming: RefKind['naming'], scopeId: number | null | undefined) => {
    const at = inOneText ? by : argument;
    const name = valueOf(argumentOf(argument));
    const property = naming?.within?.property;
    const what =
      naming && typeof name === 'string' && !isWay(argument) && (!property || typeof scopeId === 'number')
        ? {
            entity: naming.entity,
            name,
            ...(property ? { scope: { property, id: scopeId! } } : {}),
            ...(naming.property ? { property: naming.property } : {}),
          }
        : undefined;
    const near = (what && (await lookUp?.(what))) ?? [];
    // A name of several parts is answered with all of them.
    const whole = (each: string) =>
      qualified(Object.entries(spelled).map(([part, own]) => (part === argumentOf(argument) ? each : String(own))));
    return noSuch(type, called, path(at), Reflect.get(shown, at), inOneText ? near.map(whole) : near);
  };
  const named = outer.filter(({ argument }) => isGiven(spelled, argument));
  const gone = named.find((each) => known[outer.indexOf(each)] === null);
  if (gone) {
    const names = named.slice(0, named.indexOf(gone) + 1).map(({ argument }) => valueOf(argument));
    return refuse(gone.type, JSON.stringify(names.join('.')), gone.argument, gone.naming, known[outer.indexOf(gone) - 1]);
  }
  const called = () =>
    isWay(by) ? `with this ${by}` : JSON.stringify([...named.map(({ argument }) => valueOf(argument)), valueOf(argumentOf(by))].join('.'));
  return refuse(shapeOf(kind.entity).name, kind.called?.(shown) ?? called(), by, kind.naming, known[outer.indexOf(named.at(-1)!)]);
}
