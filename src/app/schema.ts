import 'reflect-metadata';
import { isAbstractType, type GraphQLSchema } from 'graphql';
import { buildSchema, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { AuditResolver } from '../actor/audit.resolver.js';
import { actorLookups } from '../actor/lookups.js';
import { contactLookups } from '../contact/lookups.js';
import { datasetTypeLookups } from '../dataset-type/lookups.js';
import { claimExtractResolvers } from '../extract/claim-extract.resolver.js';
import { claimHolderResolvers } from '../extract/claim-holder.resolver.js';
import { extractCountResolvers } from '../extract/extract-counts.resolver.js';
import { extractDependencyResolvers } from '../extract/extract-dependencies.resolver.js';
import { extractFields } from '../extract/extract-fields.resolver.js';
import { extractHistoryResolvers } from '../extract/extract-history.resolver.js';
import { extractResolvers } from '../extract/extract.resolver.js';
import { extractLookups } from '../extract/lookups.js';
import { moveByPersonResolvers } from '../extract/move-by-person.resolver.js';
import { registerExtractResolvers } from '../extract/register-extracts.resolver.js';
import { reportExtractResolvers } from '../extract/report-extract.resolver.js';
import { historyResolvers } from '../history/history.resolver.js';
import { systemLookups } from '../history/lookups.js';
import { lineageResolvers } from '../lineage/lineage.resolver.js';
import { changesResolvers } from '../live/changes.resolver.js';
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
import { operateRunResolvers } from '../run/operate-runs.resolver.js';
import { reportRunPayload } from '../run/report-run-payload.js';
import { reportRunResolvers } from '../run/report-run.resolver.js';
import { startRunResolvers } from '../run/start-run.resolver.js';
import { clusterUsage } from '../run/cluster-usage.resolver.js';
import { dependencyRuns } from '../run/dependency-runs.resolver.js';
import { lateProcesses } from '../run/late-processes.resolver.js';
import { runStatistics } from '../run/run-statistics.resolver.js';
import { whyBlockedResolvers } from '../run/why-blocked.resolver.js';
import { whyFailedResolvers } from '../run/why-failed.resolver.js';
import { processRunResolvers } from '../run/process-runs.resolver.js';
import { runErrorResolvers } from '../run/run-errors.resolver.js';
import { runGroupResolvers } from '../run/run-groups.resolver.js';
import { contactSubjects } from '../source/contact-subjects.resolver.js';
import { canonicalTypeResolvers } from '../source/canonical-type.resolver.js';
import { sourceLookups } from '../source/lookups.js';
import { sourceLocations } from '../source/locations.js';
import { sourceChanges } from '../source/source-changes.js';
import { sourceResolvers } from '../source/source.resolver.js';
import { withLongLists } from './long-lists.js';
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
  ...extractResolvers,
  ...extractFields,
  ...extractDependencyResolvers,
  ...reportExtractResolvers,
  ...claimExtractResolvers,
  ...claimHolderResolvers,
  ...moveByPersonResolvers,
  ...extractCountResolvers,
  ...extractHistoryResolvers,
  ...registerExtractResolvers,
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
  ...startRunResolvers,
  ...reportRunResolvers,
  ...reportRunPayload,
  ...operateRunResolvers,
  ...processRunResolvers,
  ...runErrorResolvers,
  ...runGroupResolvers,
  ...clusterUsage,
  ...dependencyRuns,
  ...lateProcesses,
  ...runStatistics,
  ...whyBlockedResolvers,
  ...whyFailedResolvers,
  ...sourceLookups,
  ...sourceLocations,
  ...sourceChanges,
  ...sourceResolvers,
  ...canonicalTypeResolvers,
  ...contactSubjects,
  ...lineageResolvers,
  ...changesResolvers,
] as unknown as NonEmptyArray<new () => object>;

/** type-graphql asks for one where there are subscriptions; ours read the store (src/live), and use none. */
const pubSub = { publish: () => undefined, subscribe: () => [] as never };

/** The executable schema; the tables behind its types are known once it is made. Inputs are checked by their scalars and by the functions that take them, not by class-validator. */
export async function buildWaybillSchema(): Promise<GraphQLSchema> {
  // Metadata alone: this ORM never connects.
  learnShapes(createOrm('postgres://localhost/none').getMetadata());
  // What stands in its object as it is needs no resolver: a compiled query then reads the property itself.
  for (const field of getMetadataStorage().fields) field.simple = field.name === field.schemaName;
  const schema = withLongLists(withFilters(await buildSchema({ resolvers, validate: false, pubSub })));
  // type-graphql makes every resolveType asynchronous, which graphql-jit cannot execute. All of ours are this one.
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = (row: { __typename?: string }) => row.__typename;
  // The decorators have no place for these.
  schema.getQueryType()!.description = 'All that can be asked. Nothing here changes the store.';
  schema.getMutationType()!.description = 'All that changes the store, each mutation in one transaction, recorded with who did it.';
  schema.getSubscriptionType()!.description = 'What can be listened to, by WebSocket or as server-sent events.';
  return schema;
}
