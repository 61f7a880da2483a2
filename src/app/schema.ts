import 'reflect-metadata';
import { isAbstractType, type GraphQLSchema } from 'graphql';
import { buildSchema, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { AuditResolver } from '../actor/audit.resolver.js';
import { actorLookups } from '../actor/lookups.resolver.js';
import { contactLinkForms, contactLinks } from '../catalogue/contact-links.resolver.js';
import { contactProcesses } from '../catalogue/contact-processes.resolver.js';
import { contactSubjects } from '../catalogue/contact-subjects.resolver.js';
import { contacts } from '../catalogue/contacts.resolver.js';
import { datasetTypeForms, datasetTypes } from '../catalogue/dataset-types.resolver.js';
import { retirement, retirementForms } from '../catalogue/retirement.resolver.js';
import { sourceLocationForms, sourceLocations } from '../catalogue/source-locations.resolver.js';
import { clusterForms, clusterResolvers } from '../cluster/clusters.resolver.js';
import { clusterLookups } from '../cluster/lookups.resolver.js';
import { contactLookups } from '../contact/lookups.resolver.js';
import { datasetTypeLookups } from '../dataset-type/lookups.resolver.js';
import { claimFileResolvers } from '../file/claim/claim-file.resolver.js';
import { fileDependencyResolvers } from '../file/dependencies/file-dependencies.resolver.js';
import { fileCountResolvers } from '../file/lists/file-counts.resolver.js';
import { fileFields } from '../file/lists/file-fields.resolver.js';
import { fileHistoryResolvers } from '../file/lists/file-history.resolver.js';
import { fileResolvers } from '../file/lists/files.resolver.js';
import { fileLookups } from '../file/lookups.resolver.js';
import { registerFileResolvers } from '../file/register/register-files.resolver.js';
import { claimHolderForms, claimHolderResolvers } from '../file/report/claim-holder.resolver.js';
import { moveByPersonForms, moveByPersonResolvers } from '../file/report/move-by-person.resolver.js';
import { reportFileResolvers } from '../file/report/report-file.resolver.js';
import { historyResolvers } from '../history/history.resolver.js';
import { systemLookups } from '../history/lookups.resolver.js';
import { lineageResolvers } from '../lineage/lineage.resolver.js';
import { changesResolvers } from '../live/changes.resolver.js';
import { locationResolvers } from '../location/location.resolver.js';
import { locationLookups } from '../location/lookups.resolver.js';
import { withBulkForms } from '../platform/write/bulk-forms.js';
import { lookupMutations } from '../platform/write/lookup.js';
import { learnShapes } from '../platform/entity/rows.js';
import { withFilters } from '../platform/read/filters.js';
import { AuditedResolver, NodeResolver } from '../platform/read/node.resolver.js';
import { dependencyChanges } from '../process/dependencies/dependency-changes.resolver.js';
import { dependencyLinkResolvers } from '../process/dependencies/dependency-links.resolver.js';
import { dependencyWalks } from '../process/dependencies/dependency-walk.resolver.js';
import { executionOrderResolvers } from '../process/dependencies/execution-order.resolver.js';
import { processFilterResolvers } from '../process/filters/process-filters.resolver.js';
import { attributeMappings } from '../process/links/attribute-mappings.resolver.js';
import { readersAndWriters } from '../process/links/readers-writers.resolver.js';
import { processLookups } from '../process/lookups.resolver.js';
import { processChanges } from '../process/process-changes.resolver.js';
import { processQueries } from '../run/lists/processes.resolver.js';
import { processResolvers } from '../process/process.resolver.js';
import { registrationResolvers } from '../process/registration/register-process.resolver.js';
import { lateProcesses } from '../run/diagnosis/late-processes.resolver.js';
import { whyBlockedResolvers } from '../run/diagnosis/why-blocked.resolver.js';
import { whyFailedResolvers } from '../run/diagnosis/why-failed.resolver.js';
import { runGroupForms, runGroupResolvers } from '../run/groups/run-groups.resolver.js';
import { clusterUsage } from '../run/lists/cluster-usage.resolver.js';
import { runErrorResolvers } from '../run/lists/run-errors.resolver.js';
import { runStatistics } from '../run/lists/run-statistics.resolver.js';
import { runResolvers } from '../run/lists/runs.resolver.js';
import { runLookups } from '../run/lookups.resolver.js';
import { recordRunsResolvers } from '../run/record/record-runs.resolver.js';
import { operateRunForms, operateRunResolvers } from '../run/report/operate-runs.resolver.js';
import { reportRunForms, reportRunResolvers } from '../run/report/report-run.resolver.js';
import { processFacts } from '../run/diagnosis/process-facts.resolver.js';
import { startRunForms, startRunResolvers } from '../run/start/start-run.resolver.js';
import { canonicalTypeResolvers } from '../source/canonical-type.resolver.js';
import { sourceLookups } from '../source/lookups.resolver.js';
import { sourceChanges } from '../source/source-changes.resolver.js';
import { sourceResolvers } from '../source/source.resolver.js';
import { withCheckedTexts } from './execution/checked-texts.js';
import { withLongLists } from './execution/long-lists.js';
import { withRetiredArguments } from './execution/retired-argument.js';
import { createOrm } from './store/orm.js';

/** Every resolver class of the API. A new one is added here. */
const resolvers: NonEmptyArray<abstract new (...args: never[]) => object> = [
  NodeResolver,
  AuditedResolver,
  AuditResolver,
  ...actorLookups,
  ...contactLookups,
  ...datasetTypeLookups,
  ...fileLookups,
  ...fileResolvers,
  ...fileFields,
  ...fileDependencyResolvers,
  ...reportFileResolvers,
  ...claimFileResolvers,
  ...claimHolderResolvers,
  ...moveByPersonResolvers,
  ...fileCountResolvers,
  ...fileHistoryResolvers,
  ...registerFileResolvers,
  ...locationLookups,
  ...locationResolvers,
  ...systemLookups,
  ...historyResolvers,
  ...processLookups,
  ...processChanges,
  ...datasetTypes,
  ...clusterLookups,
  ...clusterResolvers,
  ...retirement,
  ...processResolvers,
  ...processQueries,
  ...dependencyLinkResolvers,
  ...dependencyWalks,
  ...dependencyChanges,
  ...executionOrderResolvers,
  ...readersAndWriters,
  ...contactProcesses,
  ...processFilterResolvers,
  ...registrationResolvers,
  ...attributeMappings,
  ...contactLinks,
  ...contacts,
  ...runLookups,
  ...startRunResolvers,
  ...reportRunResolvers,
  ...recordRunsResolvers,
  ...operateRunResolvers,
  ...runResolvers,
  ...runErrorResolvers,
  ...runGroupResolvers,
  ...clusterUsage,
  ...processFacts,
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
  // Of all look-up tables that stand above.
  ...lookupMutations(),
];

/** The mutations that are another one for many items. */
const bulkForms = [
  ...contactLinkForms,
  ...datasetTypeForms,
  ...retirementForms,
  ...sourceLocationForms,
  ...clusterForms,
  ...claimHolderForms,
  ...moveByPersonForms,
  ...runGroupForms,
  ...operateRunForms,
  ...reportRunForms,
  ...startRunForms,
];

/** type-graphql asks for one where there are subscriptions; ours read the store (src/live), and use none. */
const pubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('no subscription reads from here');
  },
};

/** The executable schema; the tables behind its types are known once it is made. Inputs are checked by their types and by the functions that take them, not by class-validator. */
export async function buildWaybillSchema(): Promise<GraphQLSchema> {
  // Metadata alone: this ORM never connects.
  learnShapes(createOrm('postgres://localhost/none').em);
  // What stands in its object as it is needs no resolver: a compiled query then reads the property itself.
  for (const field of getMetadataStorage().fields) field.simple = field.name === field.schemaName;
  const schema = withRetiredArguments(
    withLongLists(withCheckedTexts(withBulkForms(withFilters(await buildSchema({ resolvers, validate: false, pubSub })), bulkForms))),
  );
  // type-graphql makes every resolveType asynchronous, which graphql-jit cannot execute. All of ours are this one.
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = (row: { __typename?: string }) => row.__typename;
  // The decorators have no place for these.
  schema.getQueryType()!.description = 'Queries. None of them changes the store.';
  schema.getMutationType()!.description = 'Mutations. Each is one transaction, and its actor is recorded.';
  schema.getSubscriptionType()!.description = 'Subscriptions, by WebSocket or as server-sent events.';
  return schema;
}
