import type { Row } from './read-table.js';

/** What a process of the example reads: a file or the table of another process, as a whole or some of its columns. */
interface Reading {
  from: string;
  columns?: string[];
}

export interface Process {
  name: string;
  type: 'Load' | 'Transform' | 'Publish';
  tool: string;
  scheduleFrequency: 'daily' | 'weekly' | 'annually';
  description: string;
  contacts: { name: string; email?: string; role: string }[];
  reads: Reading[];
  writes: { source: string; object: string; holds: string; key: string[] };
  /** Makes the rows that it writes of those that it reads, given in the order of `reads`. Its columns and types are those of these rows. */
  derive: (...tables: Row[][]) => Row[];
}

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

const aviation = { name: 'Aviation data team', email: 'aviation-data@example.org', role: 'owner' };
const statistics = { name: 'Statistics team', email: 'statistics@example.org', role: 'owner' };
const onCall = { name: 'Data platform on call', email: 'data-platform-oncall@example.org', role: 'on call' };

/** Processes that derive tables from the files. Each waits for those that write what it reads. */
export const processes: Process[] = [
  {
    name: 'Load airports',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'weekly',
    description: 'Copies the airports into the warehouse.',
    contacts: [aviation, onCall],
    reads: [{ from: 'airports.csv' }],
    writes: { source: 'warehouse', object: 'airports', holds: 'Airports of the United States.', key: ['iata'] },
    derive: (airports) => airports,
  },
  {
    name: 'Load flights',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'daily',
    description: 'Copies the flights into the warehouse, with dates as ISO 8601 has them.',
    contacts: [aviation, onCall],
    reads: [{ from: 'flights-2k.json' }],
    writes: { source: 'warehouse', object: 'flights', holds: 'Flights with their delays in minutes.', key: [] },
    derive: (flights) => flights.map(({ date, ...rest }) => ({ departed_at: String(date).replaceAll('/', '-'), ...rest })),
  },
  {
    name: 'Load states',
    type: 'Load',
    tool: 'cron',
    scheduleFrequency: 'annually',
    description: 'Brings the abbreviations of the states and their population together.',
    contacts: [statistics, onCall],
    reads: [{ from: 'population_engineers_hurricanes.csv' }, { from: 'obesity.json' }],
    writes: { source: 'warehouse', object: 'states', holds: 'States of the US.', key: ['code'] },
    derive: (populations, rates) =>
      populations.flatMap(({ id, state: name, population }) => {
        const code = rates.find((rate) => rate.id === id)?.state;
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
      { from: 'flights', columns: ['origin', 'delay'] },
      { from: 'airports', columns: ['iata', 'name', 'state'] },
    ],
    writes: { source: 'warehouse', object: 'airport_delays', holds: 'Departures and mean delay of each airport.', key: ['iata'] },
    derive: (flights, airports) =>
      [...Map.groupBy(flights, ({ origin }) => origin!)].flatMap(([iata, departures]) => {
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
      { from: 'airport_delays', columns: ['state', 'departures', 'mean_delay'] },
      { from: 'states', columns: ['code', 'name', 'population'] },
    ],
    writes: { source: 'warehouse', object: 'state_delays', holds: 'Departures and mean delay of each state.', key: ['code'] },
    derive: (airports, states) =>
      states.flatMap(({ code, name, population }) => {
        const inState = airports.filter(({ state }) => state === code);
        const departures = sum(inState, 'departures');
        if (!departures) return [];
        const mean = inState.reduce((total, airport) => total + Number(airport.mean_delay) * Number(airport.departures), 0) / departures;
        const perMillion = (departures / Number(population)) * 1e6;
        return [{ code: code!, name: name!, departures, departures_per_million: rounded(perMillion), mean_delay: rounded(mean) }];
      }),
  },
  {
    name: 'Publish delay report',
    type: 'Publish',
    tool: 'Airflow',
    scheduleFrequency: 'daily',
    description: 'Publishes the delays of the states, each with its slowest airport.',
    contacts: [{ name: 'Reporting team', email: 'reporting@example.org', role: 'owner' }],
    reads: [
      { from: 'state_delays', columns: ['code', 'name', 'mean_delay'] },
      { from: 'airport_delays', columns: ['name', 'state', 'mean_delay'] },
    ],
    writes: { source: 'reports', object: 'delays_by_state', holds: 'Delays of each state, with its slowest airport.', key: ['state'] },
    derive: (states, airports) =>
      states.map(({ code, name, mean_delay }) => {
        const [slowest] = airports.filter(({ state }) => state === code).sort((a, b) => Number(b.mean_delay) - Number(a.mean_delay));
        return { state: name!, mean_delay: mean_delay!, slowest_airport: slowest!.name!, its_mean_delay: slowest!.mean_delay! };
      }),
  },
  {
    name: 'Compare countries',
    type: 'Transform',
    tool: 'Airflow',
    scheduleFrequency: 'annually',
    description: 'Sets the latest life expectancy of each country beside its income.',
    contacts: [statistics],
    reads: [{ from: 'gapminder.json' }, { from: 'gapminder-health-income.csv' }],
    writes: { source: 'warehouse', object: 'countries', holds: 'Life expectancy and income of countries.', key: ['country'] },
    derive: (years, incomes) =>
      incomes.flatMap(({ country, region, income }) => {
        const latest = years.filter((each) => each.country === country).sort((a, b) => Number(b.year) - Number(a.year))[0];
        return latest
          ? [{ country: country!, region: region!, income: income!, year: latest.year!, life_expectancy: latest.life_expect! }]
          : [];
      }),
  },
];

const sum = (rows: Row[], column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);
const rounded = (value: number) => Math.round(value * 10) / 10;
