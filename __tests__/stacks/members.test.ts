import { stackProblems } from './synthesised-stack.ts';

test.each([
  'serviceAccount:caller@my-project.iam.gserviceaccount.com',
  'user:a@example.com',
  'group:team@example.com',
  'domain:example.com',
  'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/*',
])('takes the caller %s', (caller) => {
  expect(stackProblems({ callers: [caller] })).toEqual([]);
});

test.each(['allUsers', 'allAuthenticatedUsers'])('refuses the public caller %s', (caller) => {
  expect(stackProblems({ callers: ['user:a@example.com', caller] })).toEqual([
    `Callers are never public; received '${caller}': name service accounts, users or groups.`,
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
