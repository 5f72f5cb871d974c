import { vertexUrl } from '../../../documents/extraction/vertex-model.ts';

test.each([
  ['europe-west1', 'https://europe-west1-aiplatform.googleapis.com'],
  ['global', 'https://aiplatform.googleapis.com'],
  ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
])('Vertex AI answers for %s at %s', (location, url) => {
  expect(vertexUrl(location)).toBe(url);
});
