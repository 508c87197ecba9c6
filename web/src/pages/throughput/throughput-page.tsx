import { Alert, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Throughput } from '../../../../src/contract/throughput.ts'
import { throughputQuery } from '../../api/throughput.ts'
import { Loading } from '../../ui/loading.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { bytesInWords, rateInWords } from '../../ui/words.ts'
import { figuresOf, rateOf, seriesOf } from './series.ts'
import { TimeChart } from './time-chart.tsx'

/** Where it is slow, in a word. */
const BOTTLENECKS: Readonly<Record<Exclude<Throughput['bottleneck']['where'], 'none'>, string>> = {
  server: 'The server is the bottleneck',
  budget: 'Hosts are allowed no more',
  link: 'The network link is the bottleneck',
  hosts: 'The hosts are the bottleneck',
  unknown: 'It cannot be told what holds it up',
}

/** Bytes per second and downloads under way over the last hour. */
export function ThroughputPage() {
  const { data, error, refetch } = useQuery(throughputQuery)
  return (
    <Stack maw="var(--page-width)">
      <PageTitle>Throughput</PageTitle>
      {error && (
        <ProblemAlert title="The throughput cannot be shown" error={error} retry={() => void refetch()} />
      )}
      {!data && !error && <Loading what="Loading" />}
      {data && <Charts throughput={data} />}
    </Stack>
  )
}

function Charts({ throughput }: { readonly throughput: Throughput }) {
  const { rate, peak, sent, transfers, hosts, busy } = figuresOf(throughput)
  const { bottleneck, linkBytesPerSecond, intervalMs } = throughput
  return (
    <>
      {bottleneck.where === 'none' ? (
        <Text size="sm">{bottleneck.why}</Text>
      ) : (
        <Alert color={bottleneck.where === 'server' ? 'red' : 'blue'} title={BOTTLENECKS[bottleneck.where]}>
          <Text size="sm">{bottleneck.why}</Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} component="dl" m={0}>
        <Figure name="now" value={rateInWords(rate)} />
        <Figure name="most in the last hour" value={rateInWords(peak)} />
        <Figure name="sent in the last hour" value={bytesInWords(sent)} />
        <Figure
          name="downloads under way"
          value={hosts === 1 ? `${transfers} of 1 host` : `${transfers} of ${hosts} hosts`}
        />
        <Figure name="server busy" value={`${Math.round(busy * 100)} %`} />
        <Figure
          name="network card"
          value={linkBytesPerSecond === undefined ? 'not known' : rateInWords(linkBytesPerSecond)}
        />
      </SimpleGrid>
      <Chart title="Bytes per second">
        <TimeChart
          description={`Bytes per second over the last hour: now ${rateInWords(rate)}, at most ${rateInWords(peak)}`}
          data={seriesOf(throughput, (sample) => rateOf(sample, intervalMs))}
          inWords={rateInWords}
          atLeast={1024 * 1024}
        />
      </Chart>
      <Chart title="Downloads under way">
        <TimeChart
          description={`Downloads under way over the last hour: now ${transfers}`}
          data={seriesOf(throughput, (sample) => sample.transfers)}
          inWords={wholeInWords}
          atLeast={4}
        />
      </Chart>
    </>
  )
}

function wholeInWords(value: number): string {
  return Number.isInteger(value) ? String(value) : ''
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Card withBorder padding="sm" component="div">
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fw={600} className="number">
        {value}
      </Text>
    </Card>
  )
}

function Chart({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card withBorder padding="md">
      <Group mb="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
      </Group>
      {children}
    </Card>
  )
}
