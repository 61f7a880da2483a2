import { lookup } from '../platform/write/lookup.js';
import { Actor } from './actor.entity.js';
import { Tool } from './tool.entity.js';

export const actorLookups = [
  ...lookup({ entity: Actor, plural: 'actors', noun: 'an actor' }),
  ...lookup({ entity: Tool, plural: 'tools', noun: 'a tool' }),
];
