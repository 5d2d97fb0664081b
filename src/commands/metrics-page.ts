import { METRICS, type Metric } from '../metrics/table.ts'

const INTRODUCTION = `# Metrics

Every node serves \`GET /metrics\` in the text format of Prometheus, and in OpenMetrics where the Accept header asks for that. Where
callers need a key, so does this: one with the scope \`metrics:read\` alone.

\`\`\`yaml
scrape_configs:
  - job_name: tidings
    authorization:
      credentials_file: /etc/prometheus/tidings-key
    static_configs:
      - targets: [tidings-1.example.com:5000, tidings-2.example.com:5000]
\`\`\`

Counters count what this node did, and begin anew with its process. What stands under “Queue” is read from the database, so that
every node tells the same: take \`max by (lane)\` of it, not \`sum\`. One look at the database serves all scrapes of 5 seconds. Labels
hold words of ours and names of providers, routes and codes; a number, a text, a key or an id is never among them. A metric that
has nothing to tell yet is left out.

A dashboard for Grafana and rules for alerts are in \`ops/\`; [what each alert means](operations.md#alerts).
`

/** docs/metrics.md, made from the table that the program itself counts by; its tables are not set out yet. */
export function metricsPage(): string {
  const metrics: readonly Metric[] = Object.values(METRICS)
  const sections = [...new Set(metrics.map(({ section }) => section))].map((section) => {
    const rows = metrics.filter((metric) => metric.section === section).map(rowOf)
    return [
      `## ${section}`,
      '',
      '| metric | type | labels | what it tells |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n')
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function rowOf({ name, type, labels, help, bounds }: Metric): string {
  const last = bounds.at(-1)
  const reach = last === undefined ? '' : ` Buckets from ${bounds[0]} to ${last} s.`
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('*', String.raw`\*`)}.${reach} |`
}
