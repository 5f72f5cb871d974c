import { ENVIRONMENTS } from '../../cli/environments.ts';
import type { DocumentProcessingStackProps } from '../../stacks/document-processing-props.ts';
import { readAppSettings } from '../../stacks/settings.ts';

/** Every option used at once, but those that exclude another. */
export const everythingOn: DocumentProcessingStackProps = {
  ...readAppSettings(ENVIRONMENTS['everything-on']).settings.props,
  minBackoffSeconds: 5,
  maxBackoffSeconds: 600,
  maxDoublings: 5,
};
