import { namedRecord } from '../platform/write/lookup.js';
import { Actor } from './actor.entity.js';
import { ActorRef, ToolRef } from './actor-refs.js';
import { Tool } from './tool.entity.js';

export const actorLookups = [
  ...namedRecord({ entity: Actor, plural: 'actors', noun: 'an actor' }, ActorRef),
  ...namedRecord({ entity: Tool, plural: 'tools', noun: 'a tool' }, ToolRef),
];
