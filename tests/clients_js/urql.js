// Plain requests name event streams in their `Accept` header, too; subscriptions go over them.
import { Client, fetchExchange } from '@urql/core';
import { input, mutation, report, subscription } from './documents.js';

const client = new Client({
  url: process.argv[2],
  exchanges: [fetchExchange],
  fetchSubscriptions: true,
  preferGetMethod: false,
});

await report(
  async () => {
    const { data, error } = await client.mutation(mutation, { input }).toPromise();
    if (error) throw error;
    return data;
  },
  (onData) =>
    new Promise((resolve, reject) => {
      client.subscription(subscription, { input }).subscribe(({ data, error, hasNext }) => {
        // The end comes as a result of its own that repeats the last data.
        if (error) reject(error);
        else if (hasNext) onData(data);
        else resolve();
      });
    }),
);
