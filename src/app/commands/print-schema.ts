import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildWaybillSchema } from '../schema.js';

/** The text of `schema.graphql`: sorted, so that a change of the API is the only change of the file. */
export const schemaText = async (): Promise<string> => `${printSchema(lexicographicSortSchema(await buildWaybillSchema()))}\n`;
