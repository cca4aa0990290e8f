/** A request of the scenario. Strings of code are JavaScript for Postman's sandbox; `answer` is the body. */
export interface Step {
  name: string;
  /** The operationId in the document, which tells the rest of the request and the answer's schema. */
  operation: string;
  status: number;
  /** Whose access token is sent. */
  as?: 'player' | 'fan';
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Over the example of the document; null leaves a field out. */
  body?: Record<string, unknown>;
  /** Code before the request. */
  before?: string[];
  /** The refusal's code. */
  code?: string;
  /** What must be equal, by what it shows: [is, should be], both code. */
  checks?: Record<string, [string, string]>;
  /** Code whose values later steps use, by the variable's name. */
  capture?: Record<string, string>;
  /** Asks again until this code is true, or so many times; only the last answer is judged. */
  until?: { holds: string; everyMs: number; times: number };
}

export interface Chapter {
  name: string;
  steps: Step[];
}
