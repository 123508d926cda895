import { type Answers, queryError } from './fake-aws.ts';

/** AWS with its regions, each of which answers for itself: its stacks are not those of another one. */
export function regionsOnAws(regions: Readonly<Record<string, Answers>>): Answers {
  const operations = new Set(Object.values(regions).flatMap((answers) => Object.keys(answers)));
  return Object.fromEntries(
    Array.from(operations, (operation) => [
      operation,
      (request) => {
        const answer = regions[request.region]?.[operation];
        if (typeof answer === 'function') return answer(request);
        return answer ?? queryError(403, 'OptInRequired', `there is no ${operation} in ${request.region}`);
      },
    ]),
  );
}
