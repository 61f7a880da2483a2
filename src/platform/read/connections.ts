import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { encodeCursor } from './cursors.js';
import { PageInfo, type ListSource, type Page } from './paging.js';
import type { Row } from '../entity/node.js';
import type { EntityClass } from '../entity/rows.js';
import { upperFirst, withArticle } from '../words.js';

interface EdgeData {
  node: Row;
  list: ListSource;
}

const made = new Map<string, ReturnType<typeof makeConnection>>();

/** The connection type of a node type, with the resolvers that it needs: `{ type, resolver }`. Made once a name. */
export const connectionOf = (node: EntityClass, name: string = node.name) => {
  const known = made.get(name);
  if (known) return known;
  const connection = makeConnection(node, name);
  made.set(name, connection);
  return connection;
};

function makeConnection(node: EntityClass, name: string) {
  @ObjectType(`${name}Edge`, { description: `${upperFirst(withArticle(name))} in a list, with its cursor.` })
  class Edge {
    @Field(() => node, { description: `The ${name}.` }) node!: Row;
    @Field(() => String, { description: 'Cursor of the row, for `after` and `before`.' }) cursor!: string;
  }
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class Connection {
    @Field(() => [node], { description: 'The rows of this page.' }) nodes!: Row[];
    @Field(() => [Edge], { description: 'The rows of this page, each with its cursor.' }) edges!: Edge[];
    @Field(() => PageInfo, { description: 'Position of the page in the list.' }) pageInfo!: PageInfo;
    @Field(() => Int, { description: 'Number of rows in the whole list; counted only when requested.' }) totalCount!: number;
  }
  @Resolver(() => Connection)
  class ConnectionResolver {
    @FieldResolver()
    edges(@Root() root: Page): EdgeData[] {
      return root.nodes.map((each) => ({ node: each, list: root.list }));
    }
    @FieldResolver()
    totalCount(@Root() root: Page): Promise<number> {
      return root.count();
    }
  }
  @Resolver(() => Edge)
  class EdgeResolver {
    @FieldResolver()
    cursor(@Root() root: EdgeData): string {
      return encodeCursor(root.list, root.node);
    }
  }
  return { type: Connection, resolvers: [ConnectionResolver, EdgeResolver] };
}
