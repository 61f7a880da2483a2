/** Who answers for the processes of the example. */
export const aviation = { name: 'Aviation data team', email: 'aviation-data@example.org', role: 'owner' };
export const statistics = { name: 'Statistics team', email: 'statistics@example.org', role: 'owner' };
export const reporting = { name: 'Reporting team', email: 'reporting@example.org', role: 'owner' };
export const onCall = { name: 'Data platform on call', email: 'data-platform-oncall@example.org', role: 'on call' };
