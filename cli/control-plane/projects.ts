import { PROJECT_NUMBER } from '../../local/iam-roles.ts';
import { type Api, found, type Json, requireNew } from './call.ts';
import type { Policies } from './policies.ts';

/** Projects, all of which exist, and their billing. */
export function projectsApi(policies: Policies): Api {
  return ({ path, body }) => {
    const [, id, billing, verb] = /^projects\/([^/:]+)(\/billingInfo)?(?::(\w+))?$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    if (billing) return { name: path, projectId: id, billingAccountName: 'billingAccounts/1', billingEnabled: true };
    if (verb !== undefined) return policies.answer(verb, `projects/${id}`, body);
    return { projectId: id, projectNumber: PROJECT_NUMBER, name: id, lifecycleState: 'ACTIVE' };
  };
}

/** Service accounts, by their emails. */
export function serviceAccountsApi(accounts: Map<string, Json>, policies: Policies): Api {
  return ({ method, path, body }) => {
    const [, projectId, email, verb] =
      /^projects\/([^/]+)\/serviceAccounts(?:\/([^/:]+))?(?::(\w+))?$/.exec(path) ?? [];
    if (projectId === undefined) return undefined;
    if (email === undefined) {
      if (method !== 'POST') return undefined;
      const name = `${body.accountId}@${projectId}.iam.gserviceaccount.com`;
      requireNew(accounts, name);
      const account = {
        ...body.serviceAccount,
        projectId,
        email: name,
        uniqueId: `1${PROJECT_NUMBER}`,
        name: `${path}/${name}`,
      };
      accounts.set(name, account);
      return account;
    }
    const account = found(accounts.get(email), email);
    if (verb !== undefined) return policies.answer(verb, account.name, body);
    if (method === 'PATCH') return Object.assign(account, body.serviceAccount);
    if (method === 'DELETE') {
      accounts.delete(email);
      policies.delete(account.name);
      return {};
    }
    return method === 'GET' ? account : undefined;
  };
}

/** What exists already and only gets grants: secrets and keys. */
export function grantsOnlyApi(policies: Policies): Api {
  return ({ path, body }) => {
    const [, name, verb] = /^(.+?)(?::(\w+))?$/.exec(path) ?? [];
    return name === undefined || verb === undefined ? undefined : policies.answer(verb, name, body);
  };
}
