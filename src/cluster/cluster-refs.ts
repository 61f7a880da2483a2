import { namedRefInput } from '../platform/read/ref-input.js';
import { namedRefs } from '../platform/read/references.js';
import { Cluster } from './cluster.entity.js';

export const ClusterRef = namedRefInput({ entity: Cluster });
export const clusterRefs = namedRefs({ entity: Cluster });
