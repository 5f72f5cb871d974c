import { stackProblems } from './synthesised-stack.ts';

test.each(['serviceAccount:caller@my-project.iam.gserviceaccount.com', 'group:team@example.com'])(
  'takes the caller %s',
  (caller) => {
    expect(stackProblems({ callers: [caller] })).toEqual([]);
  },
);

test.each([
  'user:a@example.com',
  'domain:example.com',
  'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/subject/a',
  'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/*',
])('refuses the caller %s, who can get no token for the service', (caller) => {
  expect(stackProblems({ callers: [caller] })).toEqual([
    `Callers come with a Google ID token for the service's URL, which only service accounts get; received '${caller}', ` +
      "who would be refused by the service: name a service account, or a group with some in it, and let '" +
      `${caller}' act for it ('gcloud auth print-identity-token --impersonate-service-account').`,
  ]);
});

test.each([
  'user:a@example.com',
  'domain:example.com',
  'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/*',
])('takes the enqueuer %s, who calls Cloud Tasks and not the service', (enqueuer) => {
  expect(stackProblems({ enqueuers: [enqueuer] })).toEqual([]);
});

test.each(['allUsers', 'allAuthenticatedUsers'])('refuses the public caller %s', (caller) => {
  expect(stackProblems({ callers: ['group:a@example.com', caller] })).toEqual([
    `Callers are never public; received '${caller}': name service accounts or groups.`,
  ]);
});

test.each(['a@example.com', 'user:', 'users:a@example.com', 'user:a b', 'ALLUSERS', ''])(
  "refuses the caller '%s'",
  (caller) => {
    expect(stackProblems({ callers: [caller] })).toEqual([
      `Callers are IAM members; received '${caller}': write it with its type, such as ` +
        "'serviceAccount:NAME@PROJECT.iam.gserviceaccount.com'.",
    ]);
  },
);
