import type { User } from '../../../directory/user.ts'
import { badRequest, unsupportedQuery } from '../../graph-error.ts'
import { parseCollectionCondition, splitAtAnd } from './collections.ts'
import { type Literal, type Operator, propertyRule, test } from './comparison.ts'
import { type Token, tokenize } from './tokens.ts'

export type Condition = {
  matches: (user: User) => boolean
  /** Refused without the ConsistencyLevel header and `$count`. */
  isAdvanced: boolean
  /** Answered without them, but the nextLink is refused. */
  pagesAreAdvanced?: boolean
}

const MOST_IN_VALUES = 15

/** A subset of OData 4.0 5.1.1: and, or, not, eq, ne, ge, le, in, startsWith, endsWith. */
export function parseFilter(filter: string): Condition {
  const parts = splitAtAnd(filter)
  if (parts.length > 1 && parts.some(parseCollectionCondition)) {
    const all = parts.map((part) => parseFilter(part))
    return {
      matches: (user) => all.every(({ matches }) => matches(user)),
      isAdvanced: all.some(({ isAdvanced }) => isAdvanced),
      pagesAreAdvanced: all.some(({ pagesAreAdvanced }) => pagesAreAdvanced),
    }
  }
  const collection = parseCollectionCondition(filter.trim())
  if (collection) return collection
  const parser = new Parser(tokenize(filter), filter)
  return parser.whole()
}

class Parser {
  readonly #tokens: Token[]
  readonly #filter: string
  #position = 0

  constructor(tokens: Token[], filter: string) {
    this.#tokens = tokens
    this.#filter = filter
  }

  whole(): Condition {
    const condition = this.#or()
    if (this.#position < this.#tokens.length) throw this.#syntaxError()
    return condition
  }

  #or(): Condition {
    let left = this.#and()
    while (this.#takeWord('or')) {
      const [a, b] = [left, this.#and()]
      left = { matches: (user) => a.matches(user) || b.matches(user), isAdvanced: a.isAdvanced || b.isAdvanced }
    }
    return left
  }

  #and(): Condition {
    let left = this.#unary()
    while (this.#takeWord('and')) {
      const [a, b] = [left, this.#unary()]
      left = { matches: (user) => a.matches(user) && b.matches(user), isAdvanced: a.isAdvanced || b.isAdvanced }
    }
    return left
  }

  #unary(): Condition {
    if (this.#takeWord('not')) {
      const { matches } = this.#unary()
      return { matches: (user) => !matches(user), isAdvanced: true }
    }
    if (this.#takeSymbol('(')) {
      const condition = this.#or()
      this.#expectSymbol(')')
      return condition
    }
    return this.#comparison()
  }

  #comparison(): Condition {
    const name = this.#word()
    if (this.#takeSymbol('(')) {
      const operator = name.toLowerCase()
      if (operator !== 'startswith' && operator !== 'endswith')
        throw unsupportedQuery(`Unsupported function '${name}' in the filter clause.`)
      const rule = propertyRule(this.#word())
      this.#expectSymbol(',')
      const value = this.#literal()
      this.#expectSymbol(')')
      return this.#condition(rule.name, operator, [value])
    }
    const { name: property } = propertyRule(name)
    const operator = this.#word().toLowerCase()
    if (operator === 'in') return this.#condition(property, 'in', this.#list())
    if (!['eq', 'ne', 'ge', 'le'].includes(operator)) throw this.#syntaxError()
    return this.#condition(property, operator as Operator, [this.#literal()])
  }

  #condition(property: string, operator: Operator, values: Literal[]): Condition {
    const rule = propertyRule(property)
    const support = rule.operators[operator]
    if (support === undefined)
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`,
      )
    return { matches: (user) => test(user, rule.name, operator, values), isAdvanced: support === 'advanced' }
  }

  #list(): Literal[] {
    this.#expectSymbol('(')
    const values = [this.#literal()]
    while (this.#takeSymbol(',')) values.push(this.#literal())
    this.#expectSymbol(')')
    if (values.length > MOST_IN_VALUES) {
      throw badRequest(
        `Too many child clauses specified in search filter expression containing 'OR' operators: ${values.length}. Max allowed: ${MOST_IN_VALUES}.`,
      )
    }
    return values
  }

  #literal(): Literal {
    const token = this.#tokens[this.#position++]
    if (token?.kind === 'string' || token?.kind === 'number') return token.text
    if (token?.kind !== 'word') throw this.#syntaxError()
    const word = token.text.toLowerCase()
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    throw this.#syntaxError()
  }

  #word(): string {
    const token = this.#tokens[this.#position++]
    if (token?.kind !== 'word') throw this.#syntaxError()
    return token.text
  }

  #takeWord(text: string): boolean {
    const token = this.#tokens[this.#position]
    if (token?.kind !== 'word' || token.text.toLowerCase() !== text) return false
    this.#position++
    return true
  }

  #takeSymbol(text: string): boolean {
    const token = this.#tokens[this.#position]
    if (token?.kind !== 'symbol' || token.text !== text) return false
    this.#position++
    return true
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) throw this.#syntaxError()
  }

  #syntaxError() {
    return badRequest(`Invalid filter clause: '${this.#filter}'.`)
  }
}
