/** What artillery keeps for one client. */
type Context = { readonly vars: { readonly notesFile: string; sentAtMs?: number } };
type Timings = { readonly phases?: { readonly total?: number } };
type Response = { readonly statusCode: number; readonly body: string; readonly timings?: Timings };
type Failure = { readonly code?: string; readonly message?: string };

type DrillContext = {
  readonly vars: { readonly acknowledgedFile?: string; readonly keepEvery?: number; readonly tokenName?: string };
};

export function sendWriteToken(
  request: { readonly headers: Record<string, string> },
  context: DrillContext,
): Promise<void>;
export function recordAcknowledged(request: unknown, response: Response, context: DrillContext): Promise<void>;
export function sendAcknowledged(): Promise<void>;
export function noteSent(request: unknown, context: Context): Promise<void>;
export function noteAnswer(request: unknown, response: Response, context: Context): Promise<void>;
export function noteError(error: Failure, request: unknown, context: Context): Promise<void>;
