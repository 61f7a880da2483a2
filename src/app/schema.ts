import 'reflect-metadata';
import { isAbstractType, type GraphQLSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { AuditResolver } from '../actor/audit.resolver.js';
import { actorLookups } from '../actor/lookups.js';
import { contactLookups } from '../contact/lookups.js';
import { datasetTypeLookups } from '../dataset-type/lookups.js';
import { extractLookups } from '../extract/lookups.js';
import { historyResolvers } from '../history/history.resolver.js';
import { systemLookups } from '../history/lookups.js';
import { lineageResolvers } from '../lineage/lineage.resolver.js';
import { locationLookups } from '../location/lookups.js';
import { locationResolvers } from '../location/location.resolver.js';
import { withFilters } from '../platform/filters.js';
import { learnShapes } from '../platform/rows.js';
import { AuditedResolver, NodeResolver } from '../platform/node.resolver.js';
import { attributeMappings } from '../process/attribute-mappings.resolver.js';
import { ContactLinksResolver } from '../process/contact-links.resolver.js';
import { clusterResolvers } from '../process/clusters.js';
import { datasetTypes } from '../process/dataset-types.js';
import { LifecycleResolver } from '../process/lifecycle.resolver.js';
import { contactProcesses } from '../process/contact-processes.resolver.js';
import { dependencyChanges } from '../process/dependency-changes.resolver.js';
import { dependencyLinkResolvers } from '../process/dependency-links.resolver.js';
import { dependencyWalks } from '../process/dependency-walk.resolver.js';
import { executionOrderResolvers } from '../process/execution-order.resolver.js';
import { processLookups } from '../process/lookups.js';
import { processChanges } from '../process/process-changes.js';
import { processResolvers } from '../process/process.resolver.js';
import { processFilterResolvers } from '../process/process-filters.resolver.js';
import { readersAndWriters } from '../process/readers-writers.resolver.js';
import { registrationResolvers } from '../process/register-process.resolver.js';
import { runLookups } from '../run/lookups.js';
import { contactSubjects } from '../source/contact-subjects.resolver.js';
import { canonicalTypeResolvers } from '../source/canonical-type.resolver.js';
import { sourceLookups } from '../source/lookups.js';
import { sourceLocations } from '../source/locations.js';
import { sourceChanges } from '../source/source-changes.js';
import { sourceResolvers } from '../source/source.resolver.js';
import { createOrm } from './orm.js';

/** Every resolver class of the API. A new one is added here. */
const resolvers = [
  NodeResolver,
  AuditedResolver,
  AuditResolver,
  ...actorLookups,
  ...contactLookups,
  ...datasetTypeLookups,
  ...extractLookups,
  ...locationLookups,
  ...locationResolvers,
  ...systemLookups,
  ...historyResolvers,
  ...processLookups,
  ...processChanges,
  ...datasetTypes,
  ...clusterResolvers,
  LifecycleResolver,
  ...processResolvers,
  ...dependencyLinkResolvers,
  ...dependencyWalks,
  ...dependencyChanges,
  ...executionOrderResolvers,
  ...readersAndWriters,
  ...contactProcesses,
  ...processFilterResolvers,
  ...registrationResolvers,
  ...attributeMappings,
  ContactLinksResolver,
  ...runLookups,
  ...sourceLookups,
  ...sourceLocations,
  ...sourceChanges,
  ...sourceResolvers,
  ...canonicalTypeResolvers,
  ...contactSubjects,
  ...lineageResolvers,
] as unknown as NonEmptyArray<new () => object>;

/** The executable schema; the tables behind its types are known once it is made. Inputs are checked by their scalars and by the functions that take them, not by class-validator. */
export async function buildWaybillSchema(): Promise<GraphQLSchema> {
  // Metadata alone: this ORM never connects.
  learnShapes(createOrm('postgres://localhost/none').getMetadata());
  const schema = withFilters(await buildSchema({ resolvers, validate: false }));
  // type-graphql makes every resolveType asynchronous, which graphql-jit cannot execute. All of ours are this one.
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = (row: { __typename?: string }) => row.__typename;
  // The decorators have no place for these two.
  schema.getQueryType()!.description = 'All that can be asked. Nothing here changes the store.';
  schema.getMutationType()!.description = 'All that changes the store, each mutation in one transaction, recorded with who did it.';
  return schema;
}
