import { compile } from '@fastify/proxy-addr';
import { z } from 'zod';

export const whole = (min: number, max: number) => z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max));

export interface Setting<T> {
  /** The environment variable; its flag is made from it, see `flagOf`. */
  variable: string;
  /** The default as text; undefined where there is none. */
  default: string | undefined;
  accepts: z.ZodType<T, string>;
  /** What is allowed, as the end of a sentence: "… must be" + this. */
  allowed: string;
  does: string;
}
export const setting = <T>(
  variable: string,
  initial: string | undefined,
  accepts: z.ZodType<T, string>,
  allowed: string,
  does: string,
): Setting<T> => ({
  variable,
  default: initial,
  accepts,
  allowed,
  does,
});
/** Items with commas between them. The first that is wrong is named. */
export const list = (variable: string, isItem: (text: string) => boolean, allowed: string, does: string) =>
  setting(
    variable,
    undefined,
    z.string().transform((text, context): string[] => {
      const items = text.split(',').map((each) => each.trim());
      const wrong = items.find((item) => !isItem(item));
      if (wrong !== undefined) context.addIssue(JSON.stringify(wrong));
      return items;
    }),
    allowed,
    does,
  );
export const count = (variable: string, initial: number, min: number, max: number, does: string) =>
  setting(variable, String(initial), whole(min, max), `a whole number from ${min} to ${max}`, does);

export function isProxy(text: string): boolean {
  try {
    compile([text]);
    return true;
  } catch {
    return false;
  }
}

/** As a browser writes it in the header Origin: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin */
export const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
