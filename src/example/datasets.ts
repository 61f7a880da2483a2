/** A file of the npm package `vega-datasets`. Its columns and their types are read from the file itself. */
export interface Dataset {
  file: string;
  holds: string;
  /** Columns that together identify a row. */
  key: string[];
}

/** The source in which the files lie. */
export const files = {
  name: 'vega-datasets',
  type: 'External',
  description: 'Data files of the npm package vega-datasets.',
  contacts: [{ name: 'Reference data desk', email: 'reference-data@example.org', role: 'steward' }],
};

export const datasets: Dataset[] = [
  { file: 'airports.csv', holds: 'Airports of the United States, with code, place and position.', key: ['iata'] },
  { file: 'flights-2k.json', holds: '2,000 flights within the United States in 2001, with their delays in minutes.', key: [] },
  { file: 'birdstrikes.csv', holds: '10,000 birds that struck aircraft in the US from 1990 to 2002, with the damage.', key: [] },
  { file: 'population_engineers_hurricanes.csv', holds: 'Population of the states of the US, with two other figures.', key: ['id'] },
  { file: 'obesity.json', holds: 'Rate of obesity in the states of the US in 1995; also has their abbreviations.', key: ['id'] },
  { file: 'gapminder.json', holds: 'Population, life expectancy and fertility of countries, every five years.', key: ['country', 'year'] },
  { file: 'gapminder-health-income.csv', holds: 'Income, life expectancy, population and region of countries.', key: ['country'] },
];
