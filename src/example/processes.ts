import { birdStrikes } from './bird-strikes.js';
import { aviation, onCall, reporting, statistics } from './contacts.js';
import { copied, rounded, sum, type Process } from './process.js';

/** The sources that the processes write. */
export const targets = [
  {
    name: 'warehouse',
    type: 'Database',
    description: 'Cleaned and combined tables.',
    contacts: [{ name: 'Warehouse team', email: 'warehouse@example.org', role: 'owner' }],
  },
  { name: 'reports', type: 'Internal', description: 'What is published for everybody in the house.', contacts: [] },
];

// Two columns each are needed for these.
const perMillion = {
  to: 'departures_per_million',
  transformation: 'aggregation',
  expression: 'round(sum(departures) / population * 1000000, 1)',
} as const;
const weightedMean = {
  to: 'mean_delay',
  transformation: 'aggregation',
  expression: 'round(sum(mean_delay * departures) / sum(departures), 1)',
} as const;

/** Processes that derive tables from the files. Each waits for those that write what it reads. */
export const processes: Process[] = [
  {
    name: 'Load airports',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'weekly',
    description: 'Copies the airports of the United States into the warehouse.',
    contacts: [aviation, onCall],
    reads: [{ from: 'airports.csv' }],
    filters: [{ from: 'airports.csv', column: 'country', operator: 'eq', value: 'USA' }],
    writes: {
      ...{ source: 'warehouse', object: 'airports', holds: 'Airports of the United States.', key: ['iata'] },
      columns: { iata: 'text', name: 'text', city: 'text', state: 'text', country: 'text', latitude: 'number', longitude: 'number' },
    },
    mappings: copied('airports.csv', 'iata', 'name', 'city', 'state', 'country', 'latitude', 'longitude'),
    derive: (airports) => airports,
  },
  {
    name: 'Load flights',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'daily',
    description: 'Copies the flights into the warehouse, with dates as ISO 8601 has them. Who leaves much too early was warnings wrongly.',
    contacts: [aviation, onCall],
    reads: [{ from: 'flights-2k.json' }],
    filters: [{ from: 'flights-2k.json', column: 'delay', operator: 'gte', value: -45 }],
    writes: {
      ...{ source: 'warehouse', object: 'flights', holds: 'Flights with their delays in minutes.', key: [] },
      columns: { departed_at: 'date', delay: 'integer', distance: 'integer', origin: 'text', destination: 'text' },
    },
    mappings: [
      {
        ...{ from: 'flights-2k.json', column: 'date', to: 'departed_at' },
        ...{ transformation: 'transformation', expression: "replace(date, '/', '-')" },
      },
      ...copied('flights-2k.json', 'delay', 'distance', 'origin', 'destination'),
    ],
    derive: (flights) => flights.map(({ date, ...rest }) => ({ departed_at: String(date).replaceAll('/', '-'), ...rest })),
  },
  {
    name: 'Load states',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'annually',
    description: 'Brings the abbreviations of the states and their population together.',
    contacts: [statistics, onCall],
    reads: [
      { from: 'population_engineers_hurricanes.csv', columns: ['id', 'state', 'population'], aliases: { state: 'name' } },
      { from: 'obesity.json', columns: ['id', 'state'], aliases: { state: 'code' } },
    ],
    writes: {
      ...{ source: 'warehouse', object: 'states', holds: 'States of the US.', key: ['code'] },
      columns: { code: 'text', name: 'text', population: 'integer' },
    },
    mappings: [
      ...copied('obesity.json', ['state', 'code']),
      ...copied('population_engineers_hurricanes.csv', ['state', 'name'], 'population'),
    ],
    derive: (populations, rates) =>
      populations.flatMap(({ id, name, population }) => {
        const code = rates.find((rate) => rate.id === id)?.code;
        return code ? [{ code, name: name!, population: population! }] : [];
      }),
  },
  {
    name: 'Summarise airport delays',
    type: 'Transform',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Counts the flights that leave each airport and averages their delays.',
    contacts: [aviation],
    reads: [
      { from: 'flights', columns: ['origin', 'delay'], aliases: { origin: 'iata' } },
      { from: 'airports', columns: ['iata', 'name', 'state'] },
    ],
    writes: {
      ...{ source: 'warehouse', object: 'airport_delays', holds: 'Departures and mean delay of each airport.', key: ['iata'] },
      columns: { iata: 'text', name: 'text', state: 'text', departures: 'integer', mean_delay: 'number' },
    },
    mappings: [
      ...copied('airports', 'iata', 'name', 'state'),
      { from: 'flights', column: 'origin', to: 'departures', transformation: 'aggregation', expression: 'count(iata)' },
      { from: 'flights', column: 'delay', to: 'mean_delay', transformation: 'aggregation', expression: 'round(avg(delay), 1)' },
    ],
    derive: (flights, airports) =>
      [...Map.groupBy(flights, ({ iata }) => iata!)].flatMap(([iata, departures]) => {
        const airport = airports.find((each) => each.iata === iata);
        const mean = sum(departures, 'delay') / departures.length;
        return airport ? [{ ...airport, departures: departures.length, mean_delay: rounded(mean) }] : [];
      }),
  },
  {
    name: 'Compare states',
    type: 'Transform',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Compares the delays of the states and sets the departures against the population.',
    contacts: [aviation, { ...statistics, role: 'reviewer' }],
    reads: [
      { from: 'airport_delays', columns: ['state', 'departures', 'mean_delay'], aliases: { state: 'code' } },
      { from: 'states', columns: ['code', 'name', 'population'] },
    ],
    writes: {
      ...{ source: 'warehouse', object: 'state_delays', holds: 'Departures and mean delay of each state.', key: ['code'] },
      columns: { code: 'text', name: 'text', departures: 'integer', departures_per_million: 'number', mean_delay: 'number' },
    },
    mappings: [
      ...copied('states', 'code', 'name'),
      { from: 'airport_delays', column: 'departures', to: 'departures', transformation: 'aggregation', expression: 'sum(departures)' },
      { from: 'airport_delays', column: 'departures', ...perMillion },
      { from: 'states', column: 'population', ...perMillion },
      { from: 'airport_delays', column: 'departures', ...weightedMean },
      { from: 'airport_delays', column: 'mean_delay', ...weightedMean },
    ],
    derive: (airports, states) =>
      states.flatMap(({ code, name, population }) => {
        const inState = airports.filter((airport) => airport.code === code);
        const departures = sum(inState, 'departures');
        if (!departures) return [];
        const mean = inState.reduce((total, airport) => total + Number(airport.mean_delay) * Number(airport.departures), 0) / departures;
        const each = (departures / Number(population)) * 1e6;
        return [{ code: code!, name: name!, departures, departures_per_million: rounded(each), mean_delay: rounded(mean) }];
      }),
  },
  {
    name: 'Publish delay report',
    type: 'Publish',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Publishes the delays of the states that many leave by air, or all, each with its slowest airport.',
    contacts: [reporting],
    reads: [
      { from: 'state_delays', columns: ['code', 'name', 'departures', 'mean_delay'], aliases: { name: 'state' } },
      {
        ...{ from: 'airport_delays', columns: ['name', 'state', 'mean_delay'] },
        aliases: { name: 'slowest_airport', state: 'code', mean_delay: 'its_mean_delay' },
      },
    ],
    filters: [
      { from: 'state_delays', column: 'departures', operator: 'gte', value: 50 },
      { from: 'state_delays', column: 'code', operator: 'in', value: ['AK', 'HI'], group: 2 },
    ],
    writes: {
      ...{ source: 'reports', object: 'delays_by_state', holds: 'Delays of each state, with its slowest airport.', key: ['state'] },
      columns: { state: 'text', mean_delay: 'number', slowest_airport: 'text', its_mean_delay: 'number' },
    },
    mappings: [
      ...copied('state_delays', ['name', 'state'], 'mean_delay'),
      ...copied('airport_delays', ['name', 'slowest_airport'], ['mean_delay', 'its_mean_delay']),
    ],
    derive: (states, airports) =>
      states.map(({ code, state, mean_delay }) => {
        const inState = airports.filter((airport) => airport.code === code);
        const { slowest_airport, its_mean_delay } = inState.sort((a, b) => Number(b.its_mean_delay) - Number(a.its_mean_delay))[0]!;
        return { state: state!, mean_delay: mean_delay!, slowest_airport: slowest_airport!, its_mean_delay: its_mean_delay! };
      }),
  },
  {
    name: 'Compare countries',
    type: 'Transform',
    tool: 'Airflow',
    scheduleFrequency: 'annually',
    description: 'Sets the life expectancy of each country in 2005 beside its income.',
    contacts: [statistics],
    reads: [
      { from: 'gapminder.json', columns: ['country', 'year', 'life_expect'], aliases: { life_expect: 'life_expectancy' } },
      { from: 'gapminder-health-income.csv', columns: ['country', 'region', 'income'] },
    ],
    filters: [{ from: 'gapminder.json', column: 'year', operator: 'eq', value: 2005 }],
    writes: {
      ...{ source: 'warehouse', object: 'countries', holds: 'Life expectancy and income of countries.', key: ['country'] },
      columns: { country: 'text', region: 'text', income: 'integer', year: 'integer', life_expectancy: 'number' },
    },
    mappings: [
      ...copied('gapminder-health-income.csv', 'country', 'region', 'income'),
      ...copied('gapminder.json', 'year', ['life_expect', 'life_expectancy']),
    ],
    derive: (figures, incomes) =>
      incomes.flatMap(({ country, region, income }) => {
        const { year, life_expectancy } = figures.find((each) => each.country === country) ?? {};
        return year ? [{ country: country!, region: region!, income: income!, year, life_expectancy: life_expectancy! }] : [];
      }),
  },
  ...birdStrikes,
];
