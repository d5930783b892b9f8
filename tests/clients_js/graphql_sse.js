import { createClient } from 'graphql-sse';
import { input, mutation, report, subscription } from './documents.js';

const client = createClient({ url: process.argv[2], retryAttempts: 0 });

function run(query, onData) {
  return new Promise((resolve, reject) => {
    client.subscribe(
      { query, variables: { input } },
      { next: ({ data, errors }) => (errors ? reject(errors) : onData(data)), error: reject, complete: resolve },
    );
  });
}

let result;
await report(
  async () => (await run(mutation, (data) => (result = data)), result),
  (onData) => run(subscription, onData),
);
