import { readFileSync } from 'node:fs'

/** Answers that the service gave, recorded by `npm run write:contract`. */
const RECORDED = new URL('../../openapi/examples.json', import.meta.url)

export interface Examples {
  /** The JSON answers to the examples of requests, by operationId; long lists are cut. */
  answers: Record<string, unknown>
  /** Problems that any client may meet, by their code. */
  problems: Record<string, { status: number, title: string }>
}

interface Media { example?: unknown, examples?: object }
interface Operation { operationId: string, responses: Record<string, { content?: Record<string, Media> }> }
interface Document { paths: Record<string, Record<string, Operation>>, components: object }

/** Adds to each JSON answer what the service answered to the example of its request, and to refusals their problems. */
export function withExamples (document: object): object {
  const { answers, problems } = JSON.parse(readFileSync(RECORDED, 'utf8')) as Examples
  const { paths, components } = document as Document
  for (const { operationId, responses } of Object.values(paths).flatMap(methods => Object.values(methods))) {
    const answer = responses['200']?.content?.['application/json']
    if (answer !== undefined) answer.example = answers[operationId]
    for (const [status, { content }] of Object.entries(responses)) {
      const media = content?.['application/problem+json']
      const alike = Object.entries(problems).filter(([, problem]) => String(problem.status) === status)
      if (media === undefined || alike.length === 0) continue
      media.examples = Object.fromEntries(alike.map(([code]) => [code, { $ref: `#/components/examples/${code}` }]))
    }
  }
  const examples = Object.fromEntries(
    Object.entries(problems).map(([code, value]) => [code, { summary: value.title, value }]))
  return { ...document, components: { ...components, examples } }
}
