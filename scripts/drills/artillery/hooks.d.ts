/** What artillery keeps for one client. */
interface Context {
  readonly vars: { readonly notesFile: string; sentAtMs?: number };
}

interface Response {
  readonly statusCode: number;
  readonly body: string;
  readonly timings?: { readonly phases?: { readonly total?: number } };
}

export function noteSent(request: unknown, context: Context): Promise<void>;
export function noteAnswer(request: unknown, response: Response, context: Context): Promise<void>;
export function noteError(
  error: { code?: string; message?: string },
  request: unknown,
  context: Context,
): Promise<void>;
