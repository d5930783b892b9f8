// Subscriptions go over multipart HTTP, without a WebSocket link.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { input, mutation, report, subscription } from './documents.js';

const client = new ApolloClient({
  link: new HttpLink({ uri: process.argv[2] }),
  cache: new InMemoryCache(),
});
const variables = { input };

await report(
  async () => (await client.mutate({ mutation: gql(mutation), variables })).data,
  (onData) =>
    new Promise((resolve, reject) => {
      client.subscribe({ query: gql(subscription), variables }).subscribe({
        next: ({ data, error }) => (error ? reject(error) : onData(data)),
        error: reject,
        complete: resolve,
      });
    }),
);
client.stop();
