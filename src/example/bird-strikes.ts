import { aviation, onCall, reporting } from './contacts.js';
import { copied, DataError, rounded, sum, type Process } from './process.js';

const damages = ['None', 'Minor', 'Medium', 'Substantial'];

/**
 * Processes of which none comes to its end: military aircraft tell the damage as a class (`C`), which the first of them does not know how to
 * set beside the words of the others. It fails, and those that depend on it do not start.
 */
export const birdStrikes: Process[] = [
  {
    name: 'Load bird strikes',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'daily',
    description: `Copies the bird strikes into the warehouse. Their damage must be one of ${damages.join(', ')}.`,
    contacts: [aviation, onCall],
    reads: [
      {
        from: 'birdstrikes.csv',
        columns: ['Flight Date', 'Airport Name', 'Origin State', 'Effect Amount of damage', 'Cost Total $'],
        aliases: {
          'Flight Date': 'struck_on',
          'Airport Name': 'airport',
          'Origin State': 'state',
          'Effect Amount of damage': 'damage',
          'Cost Total $': 'cost',
        },
      },
    ],
    writes: {
      ...{ source: 'warehouse', object: 'bird_strikes', holds: 'Birds that struck aircraft, with the cost in dollars.', key: [] },
      columns: { struck_on: 'date', airport: 'text', state: 'text', damage: 'text', cost: 'integer' },
    },
    mappings: copied(
      'birdstrikes.csv',
      ['Flight Date', 'struck_on'],
      ['Airport Name', 'airport'],
      ['Origin State', 'state'],
      ['Effect Amount of damage', 'damage'],
      ['Cost Total $', 'cost'],
    ),
    derive: (strikes) => {
      const strange = strikes.filter(({ damage }) => !damages.includes(String(damage)));
      if (!strange.length) return strikes;
      const [{ struck_on, airport, damage } = {}] = strange;
      const first = `the first on ${String(struck_on)} at ${String(airport)}: ${JSON.stringify(damage)}`;
      throw new DataError(`${strange.length} of ${strikes.length} rows have a damage that is none of ${damages.join(', ')}; ${first}.`);
    },
  },
  {
    name: 'Summarise bird strikes',
    type: 'Transform',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Counts the bird strikes of each state and adds up what they cost.',
    contacts: [aviation],
    reads: [
      { from: 'bird_strikes', columns: ['state', 'cost'] },
      { from: 'states', columns: ['code', 'name'] },
    ],
    writes: {
      ...{ source: 'warehouse', object: 'state_strikes', holds: 'Bird strikes of each state.', key: ['code'] },
      columns: { code: 'text', name: 'text', strikes: 'integer', cost: 'integer' },
    },
    mappings: [
      ...copied('states', 'code', 'name'),
      { from: 'bird_strikes', column: 'state', to: 'strikes', transformation: 'aggregation', expression: 'count(state)' },
      { from: 'bird_strikes', column: 'cost', to: 'cost', transformation: 'aggregation', expression: 'sum(cost)' },
    ],
    derive: (strikes, states) =>
      states.flatMap(({ code, name }) => {
        const inState = strikes.filter(({ state }) => state === name);
        return inState.length ? [{ code: code!, name: name!, strikes: inState.length, cost: sum(inState, 'cost') }] : [];
      }),
  },
  {
    name: 'Publish bird strike report',
    type: 'Publish',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Publishes how many birds struck in each state, and what one of them cost.',
    contacts: [reporting],
    reads: [{ from: 'state_strikes', columns: ['name', 'strikes', 'cost'], aliases: { name: 'state' } }],
    writes: {
      ...{ source: 'reports', object: 'strikes_by_state', holds: 'Bird strikes of each state, with their mean cost.', key: ['state'] },
      columns: { state: 'text', strikes: 'integer', mean_cost: 'number' },
    },
    mappings: [
      ...copied('state_strikes', ['name', 'state'], 'strikes'),
      { from: 'state_strikes', column: 'cost', to: 'mean_cost', transformation: 'transformation', expression: 'round(cost / strikes, 1)' },
    ],
    derive: (states) =>
      states.map(({ state, strikes, cost }) => ({ state: state!, strikes: strikes!, mean_cost: rounded(Number(cost) / Number(strikes)) })),
  },
];
