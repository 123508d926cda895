import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

/** The names and values that an expression refers to. */
export interface ExpressionInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

type Test = (item: Item | undefined, input: ExpressionInput) => boolean;

const parsed = new Map<string, Test>();

/** Whether an item meets an expression. Throws for a part of the language that the model does not have. */
export function meets(expression: string | undefined, item: Item | undefined, input: ExpressionInput): boolean {
  if (expression === undefined) return true;
  let test = parsed.get(expression);
  if (test === undefined) {
    test = parse(expression);
    parsed.set(expression, test);
  }
  return test(item, input);
}

const TOKEN = /\s*(<>|<=|>=|[()=<>,]|[#:]?[\w-]+)/y;

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const match = TOKEN.exec(expression);
    if (match === null) throw new Error(`the model cannot read the expression ${expression}`);
    tokens.push(match[1] as string);
  }
  return tokens;
}

/** OR binds weaker than AND, AND weaker than NOT, as in DynamoDB. */
function parse(expression: string): Test {
  const tokens = tokensOf(expression);
  let position = 0;
  const isNext = (word: string) => tokens[position]?.toUpperCase() === word;
  const next = () => {
    const token = tokens[position++];
    if (token === undefined) throw new Error(`the expression ${expression} ends too early`);
    return token;
  };
  const expect = (word: string) => {
    const token = next();
    if (token.toUpperCase() !== word) throw new Error(`the expression ${expression} should have ${word}, not ${token}`);
  };
  const either = (): Test => {
    const tests = [both()];
    while (isNext('OR')) {
      position++;
      tests.push(both());
    }
    return (item, input) => tests.some((test) => test(item, input));
  };
  const both = (): Test => {
    const tests = [one()];
    while (isNext('AND')) {
      position++;
      tests.push(one());
    }
    return (item, input) => tests.every((test) => test(item, input));
  };
  const one = (): Test => {
    if (isNext('NOT')) {
      position++;
      const test = one();
      return (item, input) => !test(item, input);
    }
    if (isNext('(')) {
      position++;
      const test = either();
      expect(')');
      return test;
    }
    if (isNext('ATTRIBUTE_EXISTS') || isNext('ATTRIBUTE_NOT_EXISTS')) {
      const wanted = next().toUpperCase() === 'ATTRIBUTE_EXISTS';
      expect('(');
      const path = next();
      expect(')');
      return (item, input) => (operandOf(path, item, input) !== undefined) === wanted;
    }
    return comparison();
  };
  const comparison = (): Test => {
    const [left, operator] = [next(), next().toUpperCase()];
    if (operator === 'BETWEEN') {
      const low = next();
      expect('AND');
      const high = next();
      return (item, input) => {
        const value = operandOf(left, item, input);
        return compare(value, operandOf(low, item, input), '>=') && compare(value, operandOf(high, item, input), '<=');
      };
    }
    const right = next();
    return (item, input) => compare(operandOf(left, item, input), operandOf(right, item, input), operator);
  };
  const test = either();
  if (position !== tokens.length) throw new Error(`the model cannot read ${tokens[position]} in ${expression}`);
  return test;
}

function operandOf(operand: string, item: Item | undefined, input: ExpressionInput): AttributeValue | undefined {
  if (!operand.startsWith(':')) return item?.[attributeOf(operand, input)];
  const value = input.ExpressionAttributeValues?.[operand];
  if (value === undefined) throw new Error(`the expression uses ${operand}, which has no value`);
  return value;
}

function attributeOf(name: string, input: ExpressionInput): string {
  if (!name.startsWith('#')) return name;
  const attribute = input.ExpressionAttributeNames?.[name];
  if (attribute === undefined) throw new Error(`the expression uses ${name}, which has no name`);
  return attribute;
}

/** A comparison with a missing attribute, or between two types, is false; `<>` is then true. */
function compare(left: AttributeValue | undefined, right: AttributeValue | undefined, operator: string): boolean {
  const order = orderOf(left, right);
  if (operator === '<>') return order !== 0;
  if (order === undefined) return false;
  if (operator === '=') return order === 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  if (operator === '>') return order > 0;
  if (operator === '>=') return order >= 0;
  throw new Error(`the model does not have the operator ${operator}`);
}

function orderOf(left: AttributeValue | undefined, right: AttributeValue | undefined): number | undefined {
  if (left?.S !== undefined && right?.S !== undefined) return left.S < right.S ? -1 : Number(left.S > right.S);
  if (left?.N !== undefined && right?.N !== undefined) return Number(left.N) - Number(right.N);
  return undefined;
}
