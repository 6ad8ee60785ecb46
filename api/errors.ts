/** Every code that the API answers a refusal with. `docs/errors.md` says of each what to do. */
export const ERRORS = {
  bad_json: { status: 400, title: 'The body is not JSON' },
  bad_address: { status: 400, title: 'The address is not properly encoded' },
  bad_header: { status: 400, title: 'A header is missing or wrong' },
  bad_query: { status: 400, title: 'A query parameter is wrong' },
  unauthorised: { status: 401, title: 'The API key is missing or wrong' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not understood' },
  bad_body: { status: 422, title: 'The body does not say what is needed' },
  bad_import_header: { status: 422, title: 'The header of the file is wrong' },
  precondition_failed: { status: 412, title: 'It was changed meanwhile' },
  precondition_required: { status: 428, title: 'The change must say what it changes' },
  scenario_archived: { status: 409, title: 'The scenario is archived' },
  invalid_scenario: { status: 422, title: "The scenario can't be launched as it is" },
  unknown_run: { status: 422, title: 'There is no such run' },
  unexpected_audience: { status: 409, title: 'The audience is not the expected one' },
  cancelled_run_before: { status: 409, title: 'A run of the scenario was cancelled lately' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  no_incident: { status: 409, title: 'Nobody is stuck there' },
  run_ended: { status: 409, title: 'The run has ended' },
  import_damaged: { status: 500, title: 'A part of the stored file is missing' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: "The database can't be reached" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
