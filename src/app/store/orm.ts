import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, defineConfig, type Options } from '@mikro-orm/postgresql';
import { connectionOptions } from '../../platform/database.js';
import { databaseAddress, type DatabaseAddress } from '../../platform/database-address.js';
import { entities } from '../entities.js';

/** The schema that ProcessTracker's clients expect, whatever the database is called. */
const SCHEMA = 'process_tracker';

const ormOptions = (address: DatabaseAddress): Options =>
  defineConfig({
    dbName: address.database,
    schema: SCHEMA,
    entities,
    metadataProvider: ReflectMetadataProvider,
    extensions: [Migrator],
    // Its batches mix up two filters on one relation; our own loaders read plain rows.
    dataloader: false,
    pool: { min: 0, max: 10 },
    driverOptions: { ...address, options: connectionOptions('UTC') },
    // Made from SQL files of their own, or by the migrator, so entities say nothing of them.
    schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true, skipViews: [/./], skipTables: ['waybill_migration'] },
  });

/** Knows the entities at once, connects with the first query. */
export const createOrm = (url: string): MikroORM => new MikroORM(ormOptions(databaseAddress(url)));
