import { listQuery } from '../../platform/read/fields.js';
import { Process } from '../../process/process.entity.js';
import { processOrders } from '../diagnosis/process-conditions.js';

/** Here, since processes are also ordered by their runs. */
export const processQueries = listQuery(
  'processes',
  Process,
  'All processes, ordered by name by default.',
  { name: 'Process.name', entity: Process, order: ['name', 'id'], retirable: true },
  processOrders,
);
